import Foundation
import LocalStack
import ServiceKit
import TestSupport
import Testing

/// Deque's axe-core, as a wheel on PyPI carries it, installed once beside the build.
enum Axe {
    static let isAvailable = source != nil
    static let absence: Comment = "axe-playwright-python 0.1.8, which carries axe-core, cannot be installed from PyPI here"

    /// The script; nil where it cannot be had.
    fileprivate static let source: String? = {
        let file = folder.appending(path: "axe_playwright_python/axe.min.js")
        if !FileManager.default.fileExists(atPath: file.path) { try? install() }
        return try? String(contentsOf: file, encoding: .utf8)
    }()

    private static let folder = TestPrograms.checkout.appending(path: ".build/axe-playwright-python-0.1.8")

    private static func install() throws {
        let log = FileManager.default.temporaryDirectory.appending(path: "axe-\(UUID().uuidString).log")
        try ManagedProcess.run(
            Command(
                name: "pip", executable: URL(filePath: "/usr/bin/env"),
                arguments: [
                    "python3", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target",
                    folder.path, "axe-playwright-python==0.1.8",
                ],
                output: .file(log)),
            within: .seconds(120))
    }
}

extension Browser {
    /// Has axe in every page from its beginning, for many pages one after the other.
    func bringAxe() throws {
        if let source = Axe.source { try devTools("Page.addScriptToEvaluateOnNewDocument", ["source": .string(source)]) }
    }

    /// What the page as it stands has against WCAG 2.2 at level AA and good practice, as far as a program can see it: a
    /// line for each element.
    ///
    /// - Parameter rules: of axe, where it is to look at these alone.
    func accessibilityFaults(_ rules: [String] = []) throws -> [String] {
        let source = try #require(Axe.source, "axe-core is not there")
        // What axe itself says on the console is not the page's.
        _ = try complaints()
        if try !script("return !!window.axe").isTrue { try script(source) }
        let found = try scriptLater(
            """
            const done = arguments[arguments.length - 1];
            const all = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
            const [only] = arguments;
            axe.run(document, {resultTypes: ['violations'],
                runOnly: only.length ? {type: 'rule', values: only} : {type: 'tag', values: all}})
                .then(results => done(results.violations.flatMap(rule => rule.nodes.map(node =>
                    `${rule.id}: ${node.target.join(' ')}: ${rule.help}: ${(node.failureSummary || '').replace(/\\s+/g, ' ')}`))),
                    fault => done(['axe failed: ' + fault]));
            """, [.array(rules.map { .string($0) })])
        return found.elements.compactMap(\.text)
    }
}
