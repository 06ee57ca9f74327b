// SPDX-License-Identifier: Apache-2.0

import PerCPU

@main
enum Client {
  static func main() async {
    let service = Service()
    service.probeCounterIncrement()
    service.probeCounterAdd(2)
    service.probeLightFence()
    probeTemporaryCounter()
    let protected = Protected()
    let taken: [Any?] = [
      protected.probeStoreString(), protected.probeStoreObject(), protected.probeStoreField(),
      protected.probeStoreArray(), protected.probeStoreChoice(false),
      protected.probeSequenceString(), protected.probeSequenceField(),
      protected.probeSequenceArray(), protected.probeExchangeString(),
      protected.probeExchangeField(), service.probeCPULocal(), service.probeCurrentCPU(),
    ]
    await probeAcrossSuspension(Locked())
    if CommandLine.argc > 99 { await probeCarriedToken(protected.slot) }
    print(service.total(), taken.count, lockProbes(), lockRetainProbes().count, statisticsProbes())
  }

  static func statisticsProbes() -> Int {
    let statistics = Statistics()
    statistics.probeDifferentialIncrement()
    statistics.probeDifferentialAdd(2)
    statistics.probeHistogramRecord(3)
    probeTemporaryDifferential()
    probeTemporaryHistogram()
    return statistics.probeDifferentialApproximate()
  }

  static func lockProbes() -> Int {
    let locked = Locked()
    locked.probeLockAdd(1)
    locked.probeUpdateWord(1)
    locked.probeUpdateWords(1)
    probeTemporaryLock()
    probeTemporaryShards()
    return locked.probeReadField() + probeTemporaryRead()
  }

  static func lockRetainProbes() -> [Any?] {
    let objects = LockedObjects()
    let cpu = CPU.unbound
    return [
      objects.probeLocalString(), objects.probeLocalObject(), objects.probeLocalField(),
      objects.probeLocalArray(), objects.probeTryLocalString(), objects.probeTryLocalObject(),
      objects.probeTryLocalField(), objects.probeTryLocalArray(), objects.probeRemoteString(cpu),
      objects.probeRemoteObject(cpu), objects.probeRemoteField(cpu), objects.probeRemoteArray(cpu),
      objects.probeReaderString(), objects.probeReaderObject(), objects.probeReaderField(),
      objects.probeReaderArray(), objects.probeWriterString(), objects.probeWriterObject(),
      objects.probeWriterField(), objects.probeWriterArray(), objects.probeEachString(),
      objects.probeEachObject(), objects.probeEachField(), objects.probeEachArray(),
    ]
  }
}
