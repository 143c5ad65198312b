import Primitives
import Testing

@Suite struct CivilDateTests {
    @Test(arguments: [
        (0, 1970, 1, 1), (-1, 1969, 12, 31), (19_782, 2024, 2, 29), (11_016, 2000, 2, 29), (47_541, 2100, 3, 1),
        (-719_162, 1, 1, 1), (2_932_896, 9999, 12, 31),
    ])
    func dayNumberNamesItsDate(_ days: Int, _ year: Int, _ month: Int, _ day: Int) {
        #expect(CivilDate(daysSince1970: days) == CivilDate(year: year, month: month, day: day))
        #expect(CivilDate(year: year, month: month, day: day)?.daysSince1970 == days)
    }

    @Test func everyDayOfEightCenturiesFollowsTheDayBefore() {
        var before = CivilDate(daysSince1970: -146_097)
        for days in -146_096...146_097 {
            let date = CivilDate(daysSince1970: days)
            #expect(date.daysSince1970 == days)
            let isNextDay = date.month == before.month && date.day == before.day + 1
            let isFirstOfMonth = date.day == 1 && date.month == before.month % 12 + 1
            guard isNextDay || isFirstOfMonth else {
                Issue.record("\(date) does not follow \(before)")
                return
            }
            before = date
        }
    }

    @Test(arguments: [
        (2023, 2, 29), (1900, 2, 29), (2024, 2, 30), (2024, 4, 31), (2024, 0, 1), (2024, 13, 1), (2024, 1, 0),
        (2024, 1, 32),
    ])
    func impossibleDatesAreRefused(_ year: Int, _ month: Int, _ day: Int) {
        #expect(CivilDate(year: year, month: month, day: day) == nil)
    }
}
