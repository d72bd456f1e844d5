import Domain
import FoundationEssentials
import Glibc

/// The figures every Prometheus client gives about its process, under their usual names.
enum ProcessMetrics {
    /// Adds them, and the build's identity, to every exposition.
    static func install(in registry: PrometheusRegistry, service: String, version: String) {
        let started = startTime()
        registry.onScrape { text in
            gauge("process_start_time_seconds", "Start of the process since the epoch.", started, &text)
            gauge("process_resident_memory_bytes", "Resident memory.", residentBytes(), &text)
            gauge("process_open_fds", "Open file descriptors.", openDescriptors(), &text)
            gauge("process_max_fds", "Most file descriptors that may be open.", descriptorLimit(), &text)
            Exposition.header(
                "process_cpu_seconds_total", type: "counter", help: "User and system time.", to: &text)
            Exposition.sample("process_cpu_seconds_total", [], cpuSeconds(), to: &text)
            Exposition.header("attune_build_info", type: "gauge", help: "Which build runs; always 1.", to: &text)
            Exposition.sample(
                "attune_build_info",
                [Label(name: "service", value: service), Label(name: "version", value: version)], 1, to: &text)
        }
    }

    private static func gauge(_ name: String, _ help: String, _ value: Double?, _ text: inout String) {
        guard let value else { return }
        Exposition.header(name, type: "gauge", help: help, to: &text)
        Exposition.sample(name, [], value, to: &text)
    }

    private static func residentBytes() -> Double? {
        guard let fields = words("/proc/self/statm"), fields.count > 1, let pages = Double(fields[1]) else { return nil }
        return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
    }

    private static func openDescriptors() -> Double? {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")).map { Double($0.count) }
    }

    private static func descriptorLimit() -> Double? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        return Double(limit.rlim_cur)
    }

    private static func cpuSeconds() -> Double {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    /// Wall time now, less the time since boot, plus the start of the process since boot.
    private static func startTime() -> Double? {
        guard let fields = words("/proc/self/stat"), let closing = fields.lastIndex(where: { $0.hasSuffix(")") }),
            fields.count > closing + 20, let ticks = Double(fields[closing + 20]),
            let uptime = words("/proc/uptime")?.first.flatMap({ Double($0) })
        else { return nil }
        let now = Double(Timestamp.now.microseconds) / 1_000_000
        return now - uptime + ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func words(_ file: String) -> [Substring]? {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
        return text.split { $0 == " " || $0 == "\n" }
    }
}
