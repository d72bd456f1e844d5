import Foundation
import Glibc

/// Processor time of a process and of all that descend from it, those that have ended among them.
struct ProcessTimes {
    /// Of a service, or of the server with all its sessions.
    static func seconds(of root: Int32) -> Double {
        var ticks = 0
        let table = all()
        var open = [root]
        while let pid = open.popLast() {
            guard let entry = table[pid] else { continue }
            ticks += entry.ticks
            open += table.filter { $0.value.parent == pid }.keys
        }
        return Double(ticks) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func all() -> [Int32: (parent: Int32, ticks: Int)] {
        var table: [Int32: (parent: Int32, ticks: Int)] = [:]
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let pid = Int32(name), let stat = try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8),
                // The program's name stands in parentheses and may hold anything.
                let end = stat.lastIndex(of: ")")
            else { continue }
            // From field 3, the state: parent is field 4; user, system and those of ended children are 14 to 17 (proc(5)).
            let fields = stat[end...].split(separator: " ").dropFirst().compactMap { Int($0) }
            guard fields.count > 15 else { continue }
            table[pid] = (Int32(fields[0]), fields[10...13].reduce(0, +))
        }
        return table
    }
}
