// SPDX-License-Identifier: Apache-2.0

import Native
import PerCPU

@main
enum CxxClient {
  static func main() {
    let counter = PerCPUCounter()
    counter.add(Int(ClientNumbers().sum()))
    let values = CPULocal { $0.rawValue }
    asymmetricMemoryFenceHeavy()
    print(counter.load(), values.withCurrent { $0 } >= -1, EngineReport.current.engine)
  }
}
