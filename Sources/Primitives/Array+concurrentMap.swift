extension Array where Element: Sendable {
    /// Transforms the elements in pieces, beside each other on the threads of the global executor: work that would keep
    /// an event loop too long. Elements that fill one piece alone are transformed on the caller's thread.
    ///
    /// - Parameter pieceLength: the number of elements whose work is worth a change of threads.
    /// - Returns: the results, in the elements' order.
    package func concurrentMap<Result: Sendable>(
        pieceLength: Int,
        _ transform: @escaping @Sendable (Element) throws -> Result
    ) async throws -> [Result] {
        guard count > pieceLength else { return try map(transform) }
        let pieceCount = (count + pieceLength - 1) / pieceLength
        return try await withThrowingTaskGroup(of: (Int, [Result]).self) { group in
            for place in 0..<pieceCount {
                // Pieces of about the same length.
                let piece = self[count * place / pieceCount..<count * (place + 1) / pieceCount]
                group.addTask(executorPreference: globalConcurrentExecutor) { (place, try piece.map(transform)) }
            }
            var results = [[Result]](repeating: [], count: pieceCount)
            for try await (place, piece) in group { results[place] = piece }
            return results.flatMap { $0 }
        }
    }
}
