import Logging
import OrderLog
import Primitives

extension LaneLoop {
    /// Blocks that a stream takes before others have their turn.
    private static let quota = 4
    /// Bytes that a client may send on its stream before it is taken for something else.
    private static let mostReceived: UInt32 = 64 * 1024
    /// How long a client that has been told everything has to close.
    private static let linger: UInt64 = 1_000_000_000
    /// How long the log is left alone after a read that brought nothing.
    private static let pause: UInt64 = 250_000_000

    /// Lets a stream do what there is to do, until it has to wait.
    func drive(_ index: Int) {
        guard slots[index].phase == .streaming else { return }
        if slots[index].isLive {
            slots[index].isLive = false
            slots[index].state.passed(through: ring.end)
        }
        var sent = 0
        while true {
            switch slots[index].state.next(ring.bounds, now: now, stallDeadline: stallDeadline) {
            case .show(let after):
                tally.ringTakes += 1
                let block = blockOfRing(slots[index].group, after: after)
                if block.through >= ring.end { slots[index].state.ticked(at: now) }
                guard hand(block, to: index) else { return }
            case .catchUp(let after, let through):
                let view = groups[slots[index].group].view
                if view.filter.tick != nil {
                    guard let block = conflatedBlock(of: index, after: after) else {
                        ask(.conflated(view, after: after), through: through, for: index)
                        continue
                    }
                    guard hand(block, to: index) else { return }
                    break
                }
                let read = LaneRead.page(for: view, after: after)
                guard let page = pages.page(read), page.through > after else {
                    ask(read, through: through, for: index)
                    continue
                }
                guard hand(block(slots[index].group, of: page, after: after), to: index) else { return }
            case .restart:
                ask(.restart(groups[slots[index].group].view), through: 0, for: index)
                continue
            case .heartbeat(let seq):
                slots[index].state.heartbeatSent(next: now &+ heartbeat)
                guard hand(cursor(at: seq, slots[index].group), to: index) else { return }
            case .finish(let reason, let seq): return finish(index, reason, at: seq)
            case .cut:
                hub.logger.info("stream cut off: client stalled")
                slots[index].end = .stalled
                return remove(index)
            case .wait(let moment): return rest(index, until: moment)
            }
            sent += 1
            if sent == Self.quota { return enqueue(index) }
        }
    }

    private func rest(_ index: Int, until moment: UInt64) {
        let state = slots[index].state
        if !state.isBlocked, !state.isReading, !state.isForked {
            slots[index].isLive = state.cursor == ring.end && !state.isConflated
            if state.cursor > ring.end, !slots[index].isAhead {
                slots[index].isAhead = true
                ahead.append(slots.reference(index))
            }
            // Nothing has come by this tick: what comes now waits for the next.
            if state.cursor >= ring.end { slots[index].state.ticked(at: now) }
        }
        wake(index, at: moment)
    }

    // MARK: Sending

    /// - Returns: false when the stream cannot take more now, or is gone.
    private func hand(_ block: LaneBlock, to index: Int) -> Bool {
        slots[index].state.passed(through: block.through)
        guard !block.bytes.isEmpty else { return true }
        slots[index].block = block
        slots[index].offset = 0
        return flush(index)
    }

    private func flush(_ index: Int) -> Bool {
        guard let block = slots[index].block else { return true }
        if let outlet = slots[index].outlet { return post(block, to: outlet, of: index) }
        let offset = Int(slots[index].offset)
        switch LaneSocket.send(slots[index].descriptor, block.bytes, from: offset) {
        case .gone:
            remove(index)
            return false
        case .bytes(let count) where offset + count < block.bytes.count:
            slots[index].offset = Int32(offset + count)
            tally.bytes += count
            if count > 0 { slots[index].state.progressed(at: now) }
            if !slots[index].state.isBlocked { tally.blocked += 1 }
            slots[index].state.blocked(at: now)
            wake(index, at: now &+ stallDeadline)
            return false
        case .bytes(let count):
            tally.bytes += count
            tally.frames += block.frames
            slots[index].block = nil
            if slots[index].state.isBlocked { tally.blocked -= 1 }
            slots[index].state.freed()
            guard slots[index].phase == .ending else { return true }
            LaneSocket.endSending(slots[index].descriptor)
            linger(index)
            return false
        }
    }

    /// Everything is said: the client has a moment to close.
    func linger(_ index: Int) {
        slots[index].phase = .lingering
        // What it was to be woken for before does not count any more.
        slots[index].tick = 0
        wake(index, at: now &+ Self.linger)
    }

    private func finish(_ index: Int, _ reason: ControlFrame.ByeReason, at seq: Int64?) {
        slots[index].end = StreamMetrics.End(reason)
        let view = groups[slots[index].group].view
        var content = seq.map { ControlFrame.cursor(hub.text(history.position(of: $0), for: view.audience)) } ?? []
        let retry = reason == .shutdown ? hub.returnDelay() : SubscriptionOpening.retryDelay()
        content += ControlFrame.bye(reason, retry: retry, plain: view.plain)
        say(content, andEnd: index)
    }

    private func say(_ content: [UInt8], andEnd index: Int) {
        slots[index].phase = .ending
        let view = groups[slots[index].group].view
        slots[index].block = LaneBlock(view.framed(content) + view.terminator, through: slots[index].state.cursor)
        slots[index].offset = 0
        _ = flush(index)
    }

    // MARK: Readiness

    /// A socket is ready. It is watched for changes only, so whatever has come is dealt with now.
    func ready(_ token: UInt64, _ events: Epoll.Events) {
        guard let index = slots.index(Reference(token: token)) else { return }
        // A client that has closed its side, even only for sending, has left: as for other servers of streams.
        guard events.isDisjoint(with: [.failed, .hungUp, .peerClosed]) else { return remove(index) }
        if events.contains(.readable) {
            let most = Int(Self.mostReceived - slots[index].received) + 1
            guard let count = LaneSocket.discard(slots[index].descriptor, atMost: most) else { return remove(index) }
            slots[index].received += UInt32(count)
            guard slots[index].received <= Self.mostReceived else { return remove(index) }
        }
        guard events.contains(.writable), slots[index].state.isBlocked, flush(index) else { return }
        drive(index)
    }

    // MARK: Reads of the log

    private func ask(_ read: LaneRead, through: Int64, for index: Int) {
        slots[index].state.startedReading()
        if waiting[read]?.append(slots.reference(index)) != nil { return }
        waiting[read] = [slots.reference(index)]
        reads.request(read, through: through, for: lane)
    }

    /// A read is done; those who waited for it go on in their turn.
    func deliver(_ read: LaneRead, _ outcome: LaneReads.Outcome) {
        guard let references = waiting.removeValue(forKey: read) else { return }
        if case .restart = read {} else { tally.logReads += 1 }
        let isOfUse = take(read, outcome)
        let restart = restartBlock(read, outcome)
        for reference in references {
            guard let index = slots.index(reference), slots[index].phase == .streaming,
                slots[index].state.isReading
            else { continue }
            slots[index].state.stoppedReading(pausedUntil: isOfUse ? 0 : now &+ Self.pause)
            if case .failed = outcome { slots[index].state.end(.overload) }
            if case .restart(let beginning) = outcome, isOfUse, !slots[index].state.isBlocked {
                hub.metrics?.began(.forked)
                guard let cursor = beginning.cursor else {
                    slots[index].end = .gone
                    say(beginning.bytes, andEnd: index)
                    continue
                }
                slots[index].state.restarted(after: cursor.seq)
                if let restart, !hand(restart, to: index) { continue }
            }
            enqueue(index)
        }
    }

    /// - Returns: whether the outcome brings its streams further: it is of the history that they are in.
    private func take(_ read: LaneRead, _ outcome: LaneReads.Outcome) -> Bool {
        switch outcome {
        case .page(let page):
            guard case .page(_, let after) = read, page.through > after,
                history.commonPrefix(with: page.history, upTo: page.through) >= page.through
            else { return false }
            pages.insert(page, for: read)
            return true
        case .conflated(let block, let pages):
            guard case .conflated(let view, let after) = read, block.through > after,
                pages.allSatisfy({ history.commonPrefix(with: $0.history, upTo: $0.through) >= $0.through })
            else { return false }
            keepConflated(block, of: view, after: after)
            return true
        case .restart(let beginning):
            return beginning.cursor.map { history.position(of: $0.seq) == $0 } ?? true
        case .failed(let error):
            hub.logger.warning("streams could not read the log", metadata: ["error": "\(error)"])
            return true
        }
    }

    private func restartBlock(_ read: LaneRead, _ outcome: LaneReads.Outcome) -> LaneBlock? {
        guard case .restart(let view) = read, case .restart(let beginning) = outcome, let cursor = beginning.cursor
        else { return nil }
        return LaneBlock(view.framed(beginning.bytes), through: cursor.seq)
    }
}
