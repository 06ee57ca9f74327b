// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Threads of our own. The cooperative pool has one for each CPU, and blocking those starves tests
/// that run beside; scenarios want many more threads than CPUs, and threads that really end.
package struct Threads: ~Copyable {
  private var handles: [pthread_t] = []

  package init() {}

  package mutating func start(_ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(Body(run: body)).toOpaque()
    #if canImport(Darwin)
      var handle: pthread_t?
    #else
      var handle = pthread_t()
    #endif
    let error = pthread_create(&handle, nil, runBody, box)
    precondition(error == 0, "no thread could be created: error \(error)")
    #if canImport(Darwin)
      handles.append(handle!)
    #else
      handles.append(handle)
    #endif
  }

  package consuming func join() {
    for handle in handles { pthread_join(handle, nil) }
  }
}

private final class Body: Sendable {
  let run: @Sendable () -> Void
  init(run: @escaping @Sendable () -> Void) {
    self.run = run
  }
}

#if canImport(Darwin)
  private func runBody(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
    return nil
  }
#else
  private func runBody(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue().run()
    return nil
  }
#endif

/// Runs `body` on as many threads and waits for all of them.
package func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  var threads = Threads()
  for index in 0..<count {
    threads.start { body(index) }
  }
  threads.join()
}
