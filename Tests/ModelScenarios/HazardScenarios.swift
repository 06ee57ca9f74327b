// SPDX-License-Identifier: Apache-2.0
#if PERCPU_MODEL

  import CAtomicsShim
  import ModelChecker
  @testable import PerCPU
  import Testing

  /// A table of one slot for each row, sources, and domains to retire in: one for all executions of a
  /// check, since what these store never gets to its memory.
  private final class Stage {
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
      life.store(Play.dead, .relaxed)
      ends()
    }
  }

  /// Says when it ends.
  private final class End: @unchecked Sendable {
    // Sendable: all simulated threads are one.

    private let body: () -> Void

    init(_ body: @escaping () -> Void) { self.body = body }

    deinit { body() }
  }

  /// One execution. The content of an object is what readers look at while they protect it, and what its
  /// reclamation destroys: plain data for raw objects, so that races are found, too.
  private final class Play: @unchecked Sendable {
    // Sendable: all simulated threads are one.

    static let alive = 1, dead = 99

    let stage: Stage
    let scenario: Scenario
    private var contents: [(plain: Plain?, life: Word?, address: Int)] = []
    private var retirees: [Plain] = []
    /// Whether what readers drop is left to those who retire.
    var dropsAreKept = false
    private var reclaimed: [Int] = []
    private var retired: Set<Int> = []

    init(_ stage: Stage, _ scenario: Scenario, rows: [Int] = [0]) {
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
      let slot = stage.slot(publication.row)
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

  /// Readers of a source, and one who replaces what it refers to.
  private struct Use {
    /// Their CPUs.
    var readers: [Int?]
    var times = 1
    var retirer: Int? = nil
    var replacements = 1
    /// What the source refers to at last is nothing.
    var endsEmpty = true
    /// The first reader moves to CPU 1.
    var migrating = false
    /// Readers take slots of the overflow.
    var forLong = false
    /// Whether what readers drop is left to those who retire.
    var dropsAreKept = false
    var aborts = 1
    var engine = Engine.restartable
    var fences = AsymmetricFences.membarrier
    var weakening: Weakening?

    func check(_ mode: SearchMode = .exhaustive()) -> CheckResult {
      let stage = Stage(reclaimer: dropsAreKept ? .retirer : .inline, overflowIsThere: forLong)
      let unbound = engine == .restartable ? Int(PERCPU_ROW_UNBOUND) : 0
      let rows = Set(readers.map { $0 ?? unbound } + (migrating ? [1] : [])).sorted()
      return checkLibrary(mode, engine: engine, fences: fences, weakening: weakening) { scenario in
        let play = Play(stage, scenario, rows: forLong ? [] : rows)
        play.dropsAreKept = dropsAreKept
        scenario.limitAborts(to: aborts)
        let objects = (0..<replacements + (endsEmpty ? 0 : 1)).map { _ in play.raw() }
        play.put(objects[0])
        for cpu in readers {
          scenario.thread("reader", cpu: cpu) {
            if forLong {
              for _ in 0..<times { readForLong(play) }
            } else {
              play.read(times: times)
            }
          }
        }
        scenario.thread("retirer", cpu: retirer) {
          for i in 1...replacements { play.replace(by: i < objects.count ? objects[i] : nil) }
        }
        if migrating { scenario.thread("migrates") { migrate(0, to: 1) } }
        scenario.finally { play.finish(rows: forLong ? [] : rows) }
      }
    }

    private func readForLong(_ play: Play) {
      let protection = play.stage.sources[0].protectForLong()
      if protection.value == 0 { return }
      play.use(protection)
      play.stage.sources[0].end(protection)
    }
  }

  /// Parts of what goes on, from a state in the middle of it.
  private struct Parts {
    var stage = Stage()
    var rows = [0]
    var fences = AsymmetricFences.membarrier
    var weakening: Weakening?
    var aborts = 1
    let declare: (Play) -> Void

    func check(_ mode: SearchMode = .exhaustive()) -> CheckResult {
      // Where fences are symmetric nobody runs sections.
      let engine = fences == .symmetric ? Engine.atomic : .restartable
      return checkLibrary(mode, engine: engine, fences: fences, weakening: weakening) { scenario in
        let play = Play(stage, scenario, rows: rows)
        scenario.limitAborts(to: aborts)
        declare(play)
        scenario.finally { play.finish(rows: rows) }
      }
    }
  }

  extension ModelScenarios {
    @Suite struct HazardScenarios {}
  }

  extension ModelScenarios.HazardScenarios {
    // MARK: Readers, and one who retires

    @Test func aReaderAndARetirer() {
      expectPass(Use(readers: [0]).check(), executions: 132, "hazard")
      expectPass(Use(readers: [0], retirer: 1).check(), executions: 132, "hazard, CPUs 0 and 1")
      expectPass(
        Use(readers: [0], retirer: 0).check(preemptions(atMost: 3)), executions: 505,
        isBounded: true, "hazard, same CPU")
      expectPass(
        Use(readers: [0], times: 2, endsEmpty: false).check(), executions: 5965,
        "hazard, twice, 2 objects")
      expectPass(
        Use(readers: [0], times: 2, replacements: 2).check(preemptions(atMost: 4)),
        executions: 4767, isBounded: true, "hazard, twice, replaced twice")
      expectPass(
        Use(readers: [0], migrating: true).check(), executions: 47_880, "hazard, migration")
      expectPass(
        Use(readers: [0], dropsAreKept: true).check(), executions: 120, "hazard, drops are kept")
    }

    @Test func aReaderWithoutSectionsAndARetirer() {
      expectPass(Use(readers: [nil]).check(), executions: 654, "hazard, unbound")
      expectPass(
        Use(readers: [nil], endsEmpty: false).check(), executions: 2177,
        "hazard, unbound, 2 objects")
      expectPass(
        Use(readers: [0], engine: .atomic).check(), executions: 384, "hazard, atomic engine")
      expectPass(
        Use(readers: [0], engine: .atomic, fences: .symmetric).check(), executions: 174,
        "hazard, atomic engine, symmetric")
      expectPass(
        Use(readers: [0], endsEmpty: false, engine: .atomic, fences: .symmetric).check(),
        executions: 625, "hazard, atomic engine, 2 objects, symmetric")
    }

    @Test func twoReadersAndARetirer() {
      expectPass(
        Use(readers: [0, 0]).check(preemptions(atMost: 3)), executions: 30_736, isBounded: true,
        "hazard, 2 readers of a CPU")
      expectPass(
        Use(readers: [0, 1]).check(preemptions(atMost: 3)), executions: 4302, isBounded: true,
        "hazard, 2 CPUs")
      expectPass(
        Use(readers: [0, nil]).check(preemptions(atMost: 3)), executions: 6543, isBounded: true,
        "hazard, bound and unbound")
      expectPass(
        Use(readers: [nil, nil]).check(preemptions(atMost: 2)), executions: 3332,
        isBounded: true, "hazard, 2 unbound")
    }

    @Test func protectionNeedsItsOrder() {
      let reader = Use(readers: [0], times: 2, endsEmpty: false)
      for weakening in [
        Weakening.noAcquireLoads, .noReleaseStores, .noReleaseUpdates, .noAcquireInSections,
        .relaxedPublication, .plainRestartFences,
      ] {
        expectFailure("data race on object", "hazard, \(weakening)") {
          var weak = reader
          weak.weakening = weakening
          return weak.check($0)
        }
      }
      for forLong in [false, true] {
        for weakening in [Weakening.noAcquireLoads, .noReleaseStores, .noReleaseUpdates] {
          expectFailure(
            "data race on object", "hazard, unbound, for long: \(forLong), \(weakening)"
          ) {
            Use(readers: [nil], endsEmpty: false, forLong: forLong, weakening: weakening).check($0)
          }
        }
      }
    }

    @Test func handingOverNeedsFencesAndOrder() {
      expectFailure("an object is stranded", "hazard, no heavy fences") {
        Use(readers: [0], weakening: .noHeavyFences).check($0)
      }
      expectFailure("an object is stranded", "hazard, no light fences") {
        Use(readers: [0], engine: .atomic, fences: .symmetric, weakening: .noLightFences).check($0)
      }
      for weakening in [Weakening.noAcquireUpdates, .noReleaseUpdates] {
        expectFailure("data race on retiree", "hazard, handed over, \(weakening)") {
          handedOver(.membarrier, weakening: weakening, $0)
        }
      }
    }

    /// A record that is made behind the look at the slots.
    private func handedOver(
      _ fences: AsymmetricFences, weakening: Weakening? = nil, _ mode: SearchMode = .exhaustive()
    ) -> CheckResult {
      Parts(fences: fences, weakening: weakening) { play in
        let object = play.raw()
        let protection = play.protectAtFirst(object)
        play.scenario.thread("reader") { play.end(protection) }
        play.scenario.thread("retirer") {
          play.stage.table.handOver([(play.record(object), protection.slot)])
        }
      }.check(mode)
    }

    @Test func aRecordIsHandedOver() {
      expectPass(handedOver(.membarrier), executions: 33, "hazard, handed over")
      expectPass(handedOver(.symmetric), executions: 13, "hazard, handed over, symmetric")
    }

    /// A guard that is handed to another thread.
    private func moved(_ mode: SearchMode = .exhaustive()) -> CheckResult {
      Parts { play in
        play.put(play.raw())
        let isMoved = play.scenario.word("is moved")
        var moved: Protection?
        play.scenario.thread("begins", cpu: 0) {
          moved = play.stage.sources[0].protect()
          isMoved.store(1, .releasing)
        }
        play.scenario.thread("ends", cpu: 1) {
          isMoved.awaitChange(from: 0, .acquiring)
          if moved!.value != 0 { play.end(moved!) }
        }
        play.scenario.thread("retirer") { play.replace() }
      }.check(mode)
    }

    @Test func aGuardThatEndsElsewhere() {
      expectPass(moved(), executions: 1316, "hazard, moved")
    }

    @Test func whoWaitsForReaders() {
      let result = Parts { play in
        play.put(play.raw())
        play.scenario.thread("reader", cpu: 0) { play.read() }
        play.scenario.thread("waits") { play.synchronize() }
      }.check()
      expectPass(result, executions: 26, "hazard, waiting")
    }

    /// A domain ends while a reader leaves something to its retirers.
    @Test func aDomainThatEnds() {
      let stage = Stage(reclaimer: .retirer)
      let result = Parts(stage: stage) { play in
        let record = play.record(play.raw())
        play.scenario.thread("reader") { record.home.drop(record, by: .reader) }
        play.scenario.thread("ends") { record.home.close() }
      }.check()
      expectPass(result, executions: 8, "hazard, a domain ends")
    }

    /// A reader that may be a signal handler leaves a record to a retirer, and with it the last reference.
    @Test func aReaderDestroysNoRecord() {
      let stage = Stage(reclaimer: .retirer)
      let result = Parts(stage: stage) { play in
        play.dropsAreKept = true
        let object = play.raw()
        let protection = play.protectAtFirst(object)
        var reader: UInt32 = 0
        let retiree = play.retiree(object)
        let end = End {
          require(percpu_participant_number() != reader, "a reader destroys a record")
        }
        let kept = Retiree(object: retiree.object) { [retiree, end] _ in
          retiree.perform()
          withExtendedLifetime(end) {}
        }
        _ = protection.slot.place(HandedOver(kept, from: stage.domains[0].retirement))
        play.scenario.thread("reader") {
          reader = percpu_participant_number()
          play.end(protection)
        }
        play.scenario.thread("retirer") { stage.domains[0].retirement.lookThrough([]) }
      }.check()
      expectPass(result, executions: 23, "hazard, a record's end")
    }

    // MARK: The overflow

    /// The slot of the CPU is taken.
    private func busy(
      overflowIsThere: Bool = true, _ fences: AsymmetricFences,
      _ mode: SearchMode = .exhaustive()
    ) -> CheckResult {
      Parts(stage: Stage(overflowIsThere: overflowIsThere), fences: fences) { play in
        let inTheWay = play.protectAtFirst(play.raw())
        play.put(play.raw())
        play.scenario.thread("reader", cpu: 0) { play.read() }
        play.scenario.thread("retirer") { play.replace() }
        play.scenario.thread("in the way") { play.end(inTheWay) }
      }.check(mode)
    }

    @Test func theOverflow() {
      expectPass(
        busy(.membarrier, preemptions(atMost: 3)), executions: 3327, isBounded: true,
        "hazard, busy")
      expectPass(busy(.symmetric), executions: 52_082, "hazard, busy, symmetric")
      expectPass(
        busy(overflowIsThere: false, .membarrier, preemptions(atMost: 3)), executions: 4198,
        isBounded: true, "hazard, busy, a first block")
      expectPass(Use(readers: [0], forLong: true).check(), executions: 578, "hazard, for long")
      expectPass(
        Use(readers: [0], endsEmpty: false, forLong: true).check(), executions: 1889,
        "hazard, for long, 2 objects")
      expectPass(
        Use(readers: [0, 1], forLong: true).check(preemptions(atMost: 2)), executions: 3499,
        isBounded: true, "hazard, 2 for long")
    }

    // MARK: Several slots, several references

    /// Slots that hold a raw object, which goes from one to the next.
    private func passedOn(
      holders: Int, _ fences: AsymmetricFences, _ mode: SearchMode = .exhaustive()
    ) -> CheckResult {
      Parts(rows: Array(0..<holders), fences: fences) { play in
        let object = play.raw()
        for row in 0..<holders {
          let protection = play.protectAtFirst(object, row: row)
          play.scenario.thread("reader") { play.end(protection) }
        }
        play.scenario.thread("retirer") { play.retire(object) }
      }.check(mode)
    }

    @Test func aRawObjectIsPassedOn() {
      expectPass(passedOn(holders: 2, .symmetric), executions: 2154, "hazard, passed on, symmetric")
      expectPass(
        passedOn(holders: 2, .membarrier, preemptions(atMost: 3)), executions: 13_654,
        isBounded: true, "hazard, passed on")
      expectPass(
        passedOn(holders: 3, .symmetric, preemptions(atMost: 3)), executions: 1962,
        isBounded: true, "hazard, passed on twice, symmetric")
    }

    /// Slots that hold a counted object, which is retired from several cells.
    private func counted(
      holders: Int, cells: Int, _ fences: AsymmetricFences, _ mode: SearchMode = .exhaustive()
    ) -> CheckResult {
      Parts(stage: Stage(domains: cells), rows: Array(0..<holders), fences: fences) { play in
        let object = play.counted(references: cells)
        for row in 0..<holders {
          let protection = play.protectAtFirst(object, row: row)
          play.scenario.thread("reader") { play.end(protection) }
        }
        for domain in 0..<cells {
          play.scenario.thread("retirer") { play.retire(object, domain) }
        }
      }.check(mode)
    }

    @Test func aCountedObjectOfSeveralSlotsAndCells() {
      expectPass(
        counted(holders: 2, cells: 1, .membarrier), executions: 40_488, "hazard, counted, 2 slots")
      expectPass(
        counted(holders: 1, cells: 2, .symmetric), executions: 7198,
        "hazard, counted, 2 cells, symmetric")
      expectPass(
        counted(holders: 1, cells: 2, .membarrier, preemptions(atMost: 2)), executions: 26_431,
        isBounded: true, "hazard, counted, 2 cells")
      expectPass(
        counted(holders: 2, cells: 2, .symmetric, preemptions(atMost: 3)), executions: 6654,
        isBounded: true, "hazard, counted, 2 slots, 2 cells, symmetric")
    }

    // MARK: The box

    /// Between clearing and picking up the slot is claimed again, and what it protects now is placed.
    private func claimedAgain(
      boxIsFull: Bool, _ fences: AsymmetricFences, _ mode: SearchMode = .exhaustive()
    ) -> CheckResult {
      Parts(fences: fences) { play in
        let former = play.raw()
        let protection = play.protectAtFirst(former)
        if boxIsFull { _ = protection.slot.place(play.record(former)) }
        play.put(play.raw())
        play.scenario.thread("former reader") { play.end(protection) }
        play.scenario.thread("reader", cpu: 0) { play.readIfFree() }
        play.scenario.thread("retirer") { play.replace() }
      }.check(mode)
    }

    @Test func aSlotIsClaimedAgainBeforeItsBoxIsEmptied() {
      expectPass(
        claimedAgain(boxIsFull: false, .symmetric), executions: 42_347,
        "hazard, claimed again, symmetric")
      expectPass(
        claimedAgain(boxIsFull: false, .membarrier, preemptions(atMost: 3)), executions: 1065,
        isBounded: true, "hazard, claimed again")
      expectPass(
        claimedAgain(boxIsFull: true, .symmetric, preemptions(atMost: 3)), executions: 4110,
        isBounded: true, "hazard, claimed again, box is full, symmetric")
      expectPass(
        claimedAgain(boxIsFull: true, .membarrier, preemptions(atMost: 3)), executions: 9705,
        isBounded: true, "hazard, claimed again, box is full")
    }

    /// A record is placed again before its owner takes it back, for its object was claimed again, from another
    /// cell. The former reader has cleared its slot; the reader empties the other cell itself.
    private func placedAgain(
      _ fences: AsymmetricFences, _ mode: SearchMode = .exhaustive()
    ) -> CheckResult {
      Parts(stage: Stage(domains: 2), fences: fences) { play in
        let object = play.counted(references: 2), slot = play.stage.slot(0)
        play.put(object)
        let record = play.record(object)
        play.scenario.thread("former reader") {
          slot.lookIntoBox(for: .passUnretained(play.stage.table))
        }
        play.scenario.thread("reader", cpu: 0) {
          play.readIfFree { play.replace(domain: 1) }
        }
        play.scenario.thread("former retirer") { play.stage.table.handOver([(record, slot)]) }
      }.check(mode)
    }

    @Test func aRecordIsPlacedAgainBeforeItIsTakenBack() {
      expectPass(
        placedAgain(.symmetric, preemptions(atMost: 5)), executions: 83_758, isBounded: true,
        "hazard, placed again, symmetric")
      expectPass(
        placedAgain(.membarrier, preemptions(atMost: 2)), executions: 52_100, isBounded: true,
        "hazard, placed again")
    }

    /// Somebody places a record for a protection that has ended, where there is one of the next protection.
    private func displaced(
      _ fences: AsymmetricFences, _ mode: SearchMode = .exhaustive()
    ) -> CheckResult {
      Parts(stage: Stage(domains: 2), fences: fences) { play in
        let record = play.record(play.raw()), slot = play.stage.slot(0)
        play.put(play.raw())
        play.scenario.thread("reader", cpu: 0) { play.readIfFree() }
        play.scenario.thread("former retirer") { play.stage.table.handOver([(record, slot)]) }
        play.scenario.thread("retirer") { play.replace(domain: 1) }
      }.check(mode)
    }

    @Test func aDisplacedRecordIsAlive() {
      expectPass(displaced(.symmetric), executions: 103_302, "hazard, displaced, symmetric")
      expectPass(
        displaced(.membarrier, preemptions(atMost: 2)), executions: 11_470, isBounded: true,
        "hazard, displaced")
    }
  }

#endif
