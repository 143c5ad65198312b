/// Streams that send through connections of event loops. A write is under way until the loop has answered; meanwhile the
/// stream waits as one whose client has not taken what lies ready.
extension LaneLoop {
    /// - Returns: false, since the answer is still to come.
    func post(_ block: LaneBlock, to outlet: ChannelSubscriber, of index: Int) -> Bool {
        let isLast = slots[index].phase == .ending
        let offset = Int(slots[index].offset)
        batch.add(block, from: offset, to: outlet, slots.reference(index), isLast: isLast)
        slots[index].offset = Int32(min(block.bytes.count, offset + ChannelWriteBatch.part))
        tally.bytes += Int(slots[index].offset) - offset
        slots[index].state.blocked(at: now)
        wake(index, at: now &+ stallDeadline)
        return false
    }

    /// Takes what event loops have answered.
    func hear(_ mail: Lane.Mail) {
        for reference in mail.held {
            guard let index = slots.index(reference), slots[index].state.isBlocked, !slots[index].isHeld else {
                continue
            }
            slots[index].isHeld = true
            tally.blocked += 1
        }
        for reference in mail.freed {
            if let index = slots.index(reference) { freed(index) }
        }
        for reference in mail.left {
            if let index = slots.index(reference) { remove(index) }
        }
    }

    private func freed(_ index: Int) {
        guard let block = slots[index].block else { return }
        if slots[index].isHeld {
            slots[index].isHeld = false
            tally.blocked -= 1
        }
        guard Int(slots[index].offset) >= block.bytes.count else {
            slots[index].state.progressed(at: now)
            if let outlet = slots[index].outlet { _ = post(block, to: outlet, of: index) }
            return
        }
        tally.frames += block.frames
        slots[index].block = nil
        slots[index].state.freed()
        if slots[index].phase == .ending { linger(index) } else { drive(index) }
    }
}
