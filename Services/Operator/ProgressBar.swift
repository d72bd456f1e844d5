import Glibc

/// Progress of long work on standard error: a bar on a terminal, a line every tenth elsewhere.
struct ProgressBar {
    private let title: String
    private let total: Int
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let start = ContinuousClock.now
    private var lastShown = -1

    init(_ title: String, total: Int) {
        self.title = title
        self.total = max(1, total)
    }

    mutating func advance(to done: Int) {
        let percent = min(100, done * 100 / total)
        let step = isTerminal ? percent : percent / 10 * 10
        guard step > lastShown else { return }
        lastShown = step
        if isTerminal {
            let filled = percent * 30 / 100
            let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 30 - filled)
            write("\r\(title) [\(bar)] \(percent) %, \(done) of \(total)")
        } else {
            write("\(title): \(percent) %\n")
        }
    }

    func end() {
        let seconds = Int(start.duration(to: .now).components.seconds)
        if isTerminal { write("\r\(title): done in \(seconds) s\u{1B}[K\n") }
    }

    private func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

/// A bar for each thing that one long work does after another.
final class ProgressBars {
    private var title = ""
    private var bar: ProgressBar?

    func show(_ what: String, _ done: Int, _ total: Int) {
        if what != title {
            end()
            title = what
            bar = ProgressBar(what, total: total)
        }
        bar?.advance(to: done)
    }

    func end() {
        bar?.end()
        bar = nil
    }
}

enum Pause {
    /// Waits; the calling thread has nothing else to do meanwhile.
    static func seconds(_ seconds: Double) { usleep(UInt32(seconds * 1_000_000)) }
}
