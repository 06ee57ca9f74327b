// SPDX-License-Identifier: Apache-2.0

import PerCPU

/// One line of a table: an implementation on a number of threads.
struct Row: Sendable {
  let family: Family
  let operation: Operation
  let implementation: Implementation
  let engine: Engine
  let threads: Int

  /// What --filter is matched against.
  var name: String {
    "\(family.name)/\(operation.name)/\(label)"
  }

  /// Whether this process runs it; if not, a worker does.
  var isLocal: Bool {
    engine == .current
  }

  /// The implementation, and its engine if it is not this process's.
  var label: String {
    isLocal ? implementation.name : "\(implementation.name) (\(engine))"
  }

  var isBaseline: Bool {
    implementation.name == operation.baseline && isLocal
  }
}

/// Rows that are measured together, taking turns.
struct Cell: Sendable {
  let family: Family
  let operation: Operation
  let threads: Int
  let rows: [Row]

  /// Its part in the time for everything.
  var weight: Double {
    operation.weight * Double(rows.count)
  }

  func isOversubscribed(cpus: Int) -> Bool {
    threads > cpus
  }
}

/// Everything that will be measured.
struct Plan: Sendable {
  let cells: [Cell]

  init(_ options: Options, cpus: Int) {
    var cells: [Cell] = []
    for family in Family.all {
      for operation in family.operations {
        for threads in Self.threads(operation, options, cpus) {
          let rows = Self.rows(family, operation, threads)
          let wanted = rows.filter { options.matches($0.name) }
          if wanted.isEmpty { continue }
          // Without its baseline a row says little.
          let names = Set(wanted.map(\.name))
          let kept = rows.filter { $0.isBaseline || names.contains($0.name) }
          cells.append(Cell(family: family, operation: operation, threads: threads, rows: kept))
        }
      }
    }
    self.cells = cells
  }

  var weight: Double {
    cells.reduce(0) { $0 + $1.weight }
  }

  var families: [Family] {
    Family.all.filter { family in cells.contains { $0.family.name == family.name } }
  }

  func cells(of family: Family) -> [Cell] {
    cells.filter { $0.family.name == family.name }
  }

  /// The names of all rows, whatever the number of threads.
  var names: [String] {
    var seen: Set<String> = []
    return cells.flatMap(\.rows).map(\.name).filter { seen.insert($0).inserted }
  }

  private static func threads(_ operation: Operation, _ options: Options, _ cpus: Int) -> [Int] {
    var multiples = [1, 4]
    if case .perCPU(let own) = operation.threads {
      multiples = options.isShort ? [own.first, own.last].compactMap(\.self) : own
    }
    let wanted = options.threads ?? Array(Set([1] + multiples.map { $0 * cpus })).sorted()
    return switch operation.threads {
    // Siblings of a latency row keep CPUs busy; more of them than CPUs would show the scheduler.
    case .any, .perCPU: operation.kind == .latency ? wanted.filter { $0 <= cpus } : wanted
    case .upToCPUs: wanted.filter { $0 <= cpus }
    case .one: wanted.filter { $0 == 1 }
    }
  }

  private static func rows(_ family: Family, _ operation: Operation, _ threads: Int) -> [Row] {
    operation.implementations.flatMap { implementation in
      let both = implementation.isOurs && Engine.current == .restartable
      let engines: [Engine] = both ? [.restartable, .atomic] : [.current]
      return engines.map { engine in
        Row(
          family: family, operation: operation, implementation: implementation, engine: engine,
          threads: threads)
      }
    }
  }
}
