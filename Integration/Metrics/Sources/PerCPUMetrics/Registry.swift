// SPDX-License-Identifier: Apache-2.0

import PerCPU

/// A handler that knows under which key it was registered.
protocol Registered: AnyObject, Sendable {
  var key: MetricKey { get }
}

/// The handlers of one kind.
///
/// Looking one up takes no lock: programs create `Counter(label:)` in the middle of what they do. Dictionaries are
/// replaced as a whole, so there are many small ones: adding the n-th metric costs a copy of a
/// thirty-second part of them.
final class Registry<Handler: Registered>: Sendable {
  private static var shardCount: Int { 32 }

  private let shards = (0..<Registry.shardCount).map { _ in
    SnapshotCell<[MetricKey: Handler]>([:])
  }

  /// The handler of a key. If there is none yet, that of the first who asks.
  ///
  /// `make` may make one that is not needed, because another thread was first.
  func handler(for key: MetricKey, make: () -> Handler) -> Handler {
    let shard = shard(of: key)
    if let known = shard.withSnapshot({ $0[key] }) { return known }
    let new = make()
    return shard.update { handlers in
      if let known = handlers[key] { return known }
      handlers[key] = new
      return new
    }
  }

  /// Forgets a handler, unless it was forgotten before and the key now stands for another one.
  func remove(_ handler: Handler) {
    shard(of: handler.key).update { handlers in
      if handlers[handler.key] === handler { handlers[handler.key] = nil }
    }
  }

  /// All there are, in no order.
  var handlers: [Handler] {
    shards.flatMap { $0.load().values }
  }

  private func shard(of key: MetricKey) -> SnapshotCell<[MetricKey: Handler]> {
    shards[key.digest & (Registry.shardCount - 1)]
  }
}
