// SPDX-License-Identifier: Apache-2.0
#if PERCPU_MODEL

  import CAtomicsShim
  import ModelChecker
  @testable import PerCPU

  /// A table of one slot for each row, sources, and domains to retire in: one for all executions of a
  /// check, since what these store never gets to its memory.
  final class HazardStage {
    let table = HazardTable(slotsPerRow: 1)
    /// One for each that retires, so that their counters are words of their own.
    let domains: [HazardDomain]
    let sources: [HazardWord]
    private let words: UnsafeMutablePointer<Int>

    init(
      sources: Int = 1, domains: Int = 1, reclaimer: HazardDomain.Reclaimer = .inline,
      overflowIsThere: Bool = false
    ) {
      let table = table
      self.domains = (0..<domains).map { _ in
        HazardDomain(table: table, batchSize: 1, reclaimer: reclaimer)
      }
      let domain = self.domains[0]
      let words = UnsafeMutablePointer<Int>.allocate(capacity: sources)
      self.words = words
      self.sources = (0..<sources).map { HazardWord(words + $0, 8, domain) }
      if overflowIsThere {
        self.sources[0].end(table.protectInOverflow(words))
      }
      for i in 0..<sources { words[i] = 0 }
    }

    deinit { words.deallocate() }

    func slot(_ row: Int) -> HazardSlot { HazardSlot(percpu_row_word(table.slots, row)) }
  }

  /// An object that is counted. Who is the last to release it is known to no simulated machine, so its life
  /// is a word rather than plain data.
  private final class Counted {
    let life: Word
    private let ends: () -> Void

    init(_ life: Word, ends: @escaping () -> Void) {
      self.life = life
      self.ends = ends
    }

    deinit {
      life.store(HazardPlay.dead, .relaxed)
      ends()
    }
  }

  /// One execution. The content of an object is what readers look at while they protect it, and what its
  /// reclamation destroys: plain data for raw objects, so that races are found, too.
  final class HazardPlay: @unchecked Sendable {
    // Sendable: all simulated threads are one.

    static let alive = 1, dead = 99

    let stage: HazardStage
    let scenario: Scenario
    private var contents: [(plain: Plain?, life: Word?, address: Int)] = []
    private var retirees: [Plain] = []
    /// Whether what readers drop is left to those who retire.
    var dropsAreKept = false
    private var reclaimed: [Int] = []
    private var retired: Set<Int> = []

    init(_ stage: HazardStage, _ scenario: Scenario, rows: [Int] = [0]) {
      self.stage = stage
      self.scenario = scenario
      for row in rows {
        scenario.name(stage.slot(row).word, "slot of row", row)
        scenario.name(stage.slot(row).box, "box of row", row)
      }
      for (i, source) in stage.sources.enumerated() {
        scenario.name(source.address, "source", i)
      }
    }

    // MARK: Objects

    /// An object of raw memory, which is not looked at. Its address is the same in each execution.
    func raw() -> Int {
      let number = contents.count
      let plain = scenario.plain("object", number, initially: Self.alive)
      contents.append((plain, nil, (number + 1) << 12))
      retirees.append(scenario.plain("retiree", number))
      reclaimed.append(0)
      return number
    }

    /// An object with so many references. Those that are raw are made first.
    func counted(references: Int) -> Int {
      let number = contents.count
      let life = scenario.word("life of object", number, initially: Self.alive)
      reclaimed.append(0)
      let object = Unmanaged.passRetained(
        Counted(life) { [unowned self] in reclaimed[number] += 1 })
      for _ in 1..<references { _ = object.retain() }
      contents.append((nil, life, Int(bitPattern: object.toOpaque())))
      return number
    }

    func put(_ object: Int, into source: Int = 0) {
      percpu_word_store_relaxed(stage.sources[source].address, contents[object].address)
    }

    func retiree(_ object: Int) -> Retiree {
      retired.insert(object)
      let address = UnsafeMutableRawPointer(bitPattern: contents[object].address)!
      guard let content = contents[object].plain else {
        return Retiree(object: address, reclaim: nil)
      }
      // Stands for the record, which whoever reclaims has to find as it was made.
      let retiree = retirees[object]
      retiree.write(1)
      return Retiree(object: address) { _ in
        retiree.read()
        require(content.read() != Self.dead, "an object is reclaimed twice")
        content.write(Self.dead)
        self.reclaimed[object] += 1
      }
    }

    /// A record, as those that retire make them.
    func record(_ object: Int, _ domain: Int = 0) -> HandedOver {
      HandedOver(retiree(object), from: stage.domains[domain].retirement)
    }

    // MARK: Readers

    /// What a reader does, once or several times.
    func read(_ source: Int = 0, times: Int = 1) {
      for _ in 0..<times {
        let protection = stage.sources[source].protect()
        if protection.value == 0 { continue }
        use(protection)
        stage.sources[source].end(protection)
      }
    }

    /// The same, but not if the slot is taken.
    func readIfFree(_ source: Int = 0, _ meanwhile: () -> Void = {}) {
      let word = stage.sources[source]
      let publication = percpu_sequence_publish(word.slots, word.address)
      guard publication.committed else { return }
      let slot = HazardSlot(publication.word!)
      if publication.value == 0 { return slot.lookIntoBox(for: .passUnretained(stage.table)) }
      let protection = Protection(slot, publication.value)
      meanwhile()
      use(protection)
      word.end(protection)
    }

    /// The end of what is protected at first.
    func end(_ protection: Protection) {
      use(protection)
      stage.sources[0].end(protection)
    }

    func use(_ protection: Protection) {
      let object = contents.firstIndex { $0.address == protection.value }!
      if let plain = contents[object].plain {
        require(plain.read() != Self.dead, "a protected object is dead")
      } else {
        require(
          contents[object].life!.load(.relaxed) != Self.dead, "a protected object is dead")
      }
    }

    /// A claim of a row's slot that is there at first.
    func protectAtFirst(_ object: Int, row: Int = 0) -> Protection {
      percpu_word_store_relaxed(stage.slot(row).word, contents[object].address)
      return Protection(stage.slot(row), contents[object].address)
    }

    // MARK: Those who retire

    /// Looks through a batch of an object that no source refers to any more.
    func retire(_ object: Int, _ domain: Int = 0) {
      stage.domains[domain].retirement.lookThrough([retiree(object)])
    }

    /// Puts a new object, or none, into a source and looks through a batch of the one that was there.
    func replace(_ source: Int = 0, by new: Int? = nil, domain: Int = 0) {
      // The new one is made by whoever puts it there.
      if let plain = new.flatMap({ contents[$0].plain }) { plain.write(Self.alive) }
      let old = stage.sources[source].exchange(new.map { contents[$0].address } ?? 0)
      retire(contents.firstIndex { $0.address == old }!, domain)
    }

    /// Waits until nobody protects what is taken out of the source, and destroys it.
    func synchronize() {
      let old = stage.sources[0].exchange(0)
      stage.table.wait(for: old)
      retiree(contents.firstIndex { $0.address == old }!).perform()
    }

    // MARK: The end

    /// What was retired is reclaimed, once, and no box of these rows has anything.
    func finish(rows: [Int] = [0]) {
      if dropsAreKept { stage.domains[0].retirement.lookThrough([]) }
      for object in contents.indices {
        let expected = retired.contains(object) ? 1 : 0
        require(reclaimed[object] <= expected, "an object is reclaimed too often")
        require(reclaimed[object] == expected, "an object is stranded")
      }
      for row in rows {
        require(percpu_word_load_relaxed(stage.slot(row).word) == 0, "a slot is claimed")
        require(percpu_pointer_load_relaxed(stage.slot(row).box) == nil, "a box is not empty")
      }
    }
  }

#endif
