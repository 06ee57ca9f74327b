// SPDX-License-Identifier: Apache-2.0

extension PerCPUPool where Element: ~Copyable {
  /// Takes all that lies on a CPU's stack, wherever this thread is, and hands it over one by one,
  /// what was given last first.
  ///
  /// Others may take and give meanwhile; nothing is lost by that. What they give on that CPU while
  /// its stack is emptied goes elsewhere.
  ///
  /// - Precondition: `cpu` is one of ``CPU/possible`` or ``CPU/unbound``.
  /// - Returns: How many elements these were.
  /// - Complexity: O(capacity), and a fence of 0.5 to 10 microseconds. Waits while another thread
  ///   drains the same CPU. Not to be called from signal handlers.
  @discardableResult
  public func drain(cpu: CPU, _ body: (consuming sending Element) -> Void) -> Int {
    requireRow(cpu)
    return hand(words.drain(cpu), to: body)
  }

  /// Takes all that lies in the pool, on the CPUs' stacks and in the depot, and hands it over one
  /// by one.
  ///
  /// Every element that was given before the call is handed over, unless another thread takes it or
  /// moves it to another stack, or to or from the depot, just then.
  ///
  /// - Returns: How many elements these were.
  /// - Complexity: That of ``drain(cpu:_:)`` for each possible CPU that has elements. Not to be
  ///   called from signal handlers.
  @discardableResult
  public func drainAll(_ body: (consuming sending Element) -> Void) -> Int {
    var count = 0
    for cpu in CPU.rows { count += hand(words.drain(cpu), to: body) }
    return count + hand(words.drainDepot(), to: body)
  }

  /// Destroys what is least likely to be needed soon: all that lies in the depot, and of each CPU's
  /// stack the half that was given first.
  ///
  /// For when memory is short. Called now and then, it empties a pool that nobody uses any more,
  /// while one that is used fills again.
  ///
  /// - Returns: How many elements were destroyed.
  /// - Complexity: That of ``drainAll(_:)``.
  @discardableResult
  public func shrink() -> Int {
    var count = hand(words.drainDepot()) { _ = $0 }
    for cpu in CPU.rows { count += hand(words.halve(cpu)) { _ = $0 } }
    return count
  }

  /// The last one first.
  private func hand(_ words: [Int], to body: (consuming sending Element) -> Void) -> Int {
    for word in words.reversed() { body(element(word)) }
    return words.count
  }

  /// How many elements lie in the pool, about: what others give, take or move meanwhile may be counted
  /// or not, or twice.
  ///
  /// - Complexity: O(possible CPUs), wait-free.
  public var count: Int { words.count }

  /// What happened so far.
  ///
  /// - Complexity: O(possible CPUs).
  public var statistics: PerCPUPoolStatistics { PerCPUPoolStatistics(words) }
}

extension PerCPUPool {
  /// Takes all that lies on a CPU's stack; see ``drain(cpu:_:)``. The last one is what was given
  /// last.
  ///
  /// - Complexity: That of ``drain(cpu:_:)``.
  @discardableResult
  public func drain(cpu: CPU) -> sending [Element] {
    requireRow(cpu)
    return collect(words.drain(cpu))
  }

  /// Takes all that lies in the pool; see ``drainAll(_:)``.
  ///
  /// - Complexity: That of ``drainAll(_:)``.
  @discardableResult
  public func drainAll() -> sending [Element] {
    collect(CPU.rows.flatMap { words.drain($0) } + words.drainDepot())
  }

  private func collect(_ words: [Int]) -> sending [Element] {
    var elements: [Element] = []
    elements.reserveCapacity(words.count)
    for word in words { elements.append(element(word)) }
    return elements
  }
}

/// What happened in a ``PerCPUPool``. The straight paths count nothing; the numbers are of what
/// leaves them.
public struct PerCPUPoolStatistics: Sendable, Hashable {
  /// How many elements lie in the pool, about.
  public let count: Int
  /// The most elements that were seen in the pool, about, as ``count`` is: looked at whenever the depot holds more
  /// magazines than ever, and whenever this is asked for.
  public let highWaterMark: Int
  /// Elements that were made because there were none.
  public let made: Int
  /// Elements that were handed back because there was no room.
  public let handedBack: Int
  /// Magazines that went to the depot, and that came from there.
  public let spilled: Int, refilled: Int
  /// How often elements were taken away from another CPU.
  public let stolen: Int
  /// Elements that were drained, or destroyed by ``PerCPUPool/shrink()``.
  public let drained: Int

  init(_ words: WordPool) {
    let tallies = words.tallies
    count = words.count
    tallies.raise(.highWater, to: count)
    highWaterMark = tallies[.highWater]
    made = tallies[.made]
    handedBack = tallies[.handedBack]
    spilled = tallies[.spilled]
    refilled = tallies[.refilled]
    stolen = tallies[.stolen]
    drained = tallies[.drained]
  }
}
