// SPDX-License-Identifier: Apache-2.0

import PerCPU

/// A handler that knows under which key it was registered.
protocol Registered: AnyObject, Sendable {
  var key: RegisteredKey { get }
}

/// The handlers of one kind.
///
/// Looking one up takes no lock: programs create `Counter(label:)` in the middle of what they do. Tables are
/// replaced as a whole, so there are many small ones: adding the n-th metric costs a copy of a
/// thirty-second part of them.
final class Registry<Handler: Registered>: @unchecked Sendable {
  // Sendable: nothing is written once it is made; the cells are sendable.

  private typealias Cell = SnapshotCell<HandlerTable<Handler>>

  private static var tableCount: Int { 32 }

  /// Unmanaged, because taking one out of an array counts a reference to it.
  private let tables = (0..<Registry.tableCount).map { _ in
    Unmanaged.passRetained(Cell(HandlerTable()))
  }

  deinit { for table in tables { table.release() } }

  /// The handler of a key. If there is none yet, that of the first who asks.
  ///
  /// `make` may make one that is not needed, because another thread was first.
  func handler(for key: MetricKey, make: (RegisteredKey) -> Handler) -> Handler {
    let table = table(of: key)
    let known = table._withUnsafeGuaranteedRef { $0.withSnapshot { $0.handler(for: key) } }
    return known ?? add(make(RegisteredKey(key)), to: table.takeUnretainedValue())
  }

  @inline(never)
  private func add(_ new: Handler, to table: Cell) -> Handler {
    table.update { handlers in
      if let known = handlers.handler(for: new.key.key) { return known }
      handlers = HandlerTable(handlers.handlers + [new])
      return new
    }
  }

  /// Forgets a handler, unless it was forgotten before and the key now stands for another one.
  func remove(_ handler: Handler) {
    table(of: handler.key.key).takeUnretainedValue().update { handlers in
      if handlers.handler(for: handler.key.key) === handler {
        handlers = HandlerTable(handlers.handlers.filter { $0 !== handler })
      }
    }
  }

  /// All there are, in no order.
  var handlers: [Handler] {
    tables.flatMap { $0.takeUnretainedValue().load().handlers }
  }

  private func table(of key: borrowing MetricKey) -> Unmanaged<Cell> {
    tables[Int(truncatingIfNeeded: key.digest) & (Registry.tableCount - 1)]
  }
}
