import Dispatch
import Foundation

/// `attune-fuzz TARGET [libFuzzer's options] FOLDER...`; `attune-fuzz --list` names the targets.
@main enum FuzzDriver {
    static func main() {
        let words = CommandLine.arguments
        if words.dropFirst().first == "--list" {
            return print(FuzzTarget.allCases.map(\.rawValue).joined(separator: "\n"))
        }
        guard words.count > 1, let chosen = FuzzTarget(rawValue: words[1]) else {
            FileHandle.standardError.write(Data("Name a target first; --list names them.\n".utf8))
            exit(2)
        }
        target = chosen
        var arguments = ([words[0]] + words.dropFirst(2)).map { strdup($0) }
        arguments.append(nil)
        var count = CInt(arguments.count - 1)
        exit(
            arguments.withUnsafeMutableBufferPointer { pointer in
                var base = pointer.baseAddress
                return withUnsafeMutablePointer(to: &base) { runFuzzer(&count, $0, runOne) }
            })
    }

    nonisolated(unsafe) fileprivate static var target = FuzzTarget.json
}

/// libFuzzer's `main`, as its header `FuzzerInterface.h` has it: the program's own says first which target is meant.
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ one: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// Under the name by which libFuzzer's library asks for it.
@_cdecl("LLVMFuzzerTestOneInput")
public func runOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let target = FuzzDriver.target
    let done = DispatchSemaphore(value: 0)
    Task {
        do throws(FuzzFault) { try await target.run(bytes) } catch { fatalError("\(target.rawValue): \(error)") }
        done.signal()
    }
    done.wait()
    return 0
}
