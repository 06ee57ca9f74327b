// SPDX-License-Identifier: Apache-2.0

/// What is going on, for people only: a line on standard error that replaces itself.
final class Progress {
  private let cells: Int
  private var begun = 0
  private let isShown = Files.isTerminal(2)

  init(cells: Int) {
    self.cells = cells
  }

  func begin(_ cell: Cell) {
    begun += 1
    guard isShown else { return }
    Files.writeError(
      "\r\u{1B}[K\(cell.family.name)/\(cell.operation.name), \(Text.threads(cell.threads))"
        + " (\(begun) of \(cells))")
  }

  func clear() {
    if isShown { Files.writeError("\r\u{1B}[K") }
  }
}
