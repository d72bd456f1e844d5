import Domain
import Foundation
import Testing

@testable import attune_portal

@Suite struct WordsTests {
    private let book: WordBook

    init() throws { book = try WordBook() }

    @Test func `Every language has every text with the same places`() {
        #expect(book[.english].keys == book[.german].keys)
        for key in book[.english].keys {
            #expect(book[.english].places(of: key) == book[.german].places(of: key), "\(key)")
        }
    }

    @Test func `Files that disagree are refused with the key`() {
        func files(_ english: String, _ german: String) -> [WordFile] {
            [
                WordFile(page: "p", language: .english, bytes: Array(english.utf8)),
                WordFile(page: "p", language: .german, bytes: Array(german.utf8)),
            ]
        }
        func refusal(_ english: String, _ german: String) -> String? {
            do throws(WordsError) { _ = try WordBook(files(english, german)) } catch { return error.description }
            return nil
        }
        #expect(refusal("a: x\nb: y", "a: x") == "p.de.yaml: lacks p.b")
        #expect(refusal("a: \"{x}\"", "a: \"{y}\"")?.contains("p.a must have the same places") == true)
        #expect(refusal("a: {one: x, other: y}", "a: x")?.contains("p.a must have the same places and forms") == true)
        #expect(refusal("a: \"{x\"", "a: x")?.contains("p.a has a brace") == true)
        #expect(refusal("a: \"\"", "a: x")?.contains("p.a is empty") == true)
        #expect(refusal("a: {one: x, other: y}", "a: {one: x, other: y}") == nil)
    }

    @Test func `Texts take values and follow a count`() throws {
        let book = try WordBook([
            WordFile(
                page: "p", language: .english,
                bytes: Array("a: Hello {name}\nb: {one: one thing, other: \"{count} things\"}".utf8)),
            WordFile(
                page: "p", language: .german,
                bytes: Array("a: Hallo {name}\nb: {one: ein Ding, other: \"{count} Dinge\"}".utf8)),
        ])
        #expect(book[.german]("p.a", ["name": "<Anna>"]) == "Hallo <Anna>")
        #expect([0, 1, 2].map { book[.english]("p.b", count: $0) } == ["0 things", "one thing", "2 things"])
        #expect(book[.german]("p.b", count: 1) == "ein Ding")
        // What is missing is seen and does not end the program.
        #expect(book[.english]["p.c"] == "p.c")
        #expect(book[.english]["p.a"] == "Hello {name}")
    }

    @Test func `Every key in the code is a text`() throws {
        let keys = Set(book[.english].keys)
        let pages = Set(keys.map { $0.prefix { $0 != "." } })
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Services/Portal")
        let literal = /"([a-z][A-Za-z]*)(\.[A-Za-z0-9]+)+"/
        var seen = 0
        for path in try FileManager.default.subpathsOfDirectory(atPath: root.path) where path.hasSuffix(".swift") {
            let source = try String(contentsOf: root.appending(path: path), encoding: .utf8)
            // In comments, keys are examples.
            let code = source.split(separator: "\n").filter { !$0.drop(while: \.isWhitespace).hasPrefix("//") }
            for match in code.joined(separator: "\n").matches(of: literal) where pages.contains(match.1) {
                let key = match.0.dropFirst().dropLast()
                if [".css", ".js", ".svg", ".png", ".yaml"].contains(where: { key.hasSuffix($0) }) { continue }
                #expect(keys.contains(String(key)), "\(path) asks for \(key)")
                seen += 1
            }
        }
        #expect(seen >= 5)
    }

    @Test func `The language is the one chosen, else the best of the header, else English`() {
        func language(_ choice: String?, _ header: String?) -> Language {
            Language(choice: choice, acceptLanguage: header)
        }
        #expect(language("de", "en") == .german)
        #expect(language("fr", "de-CH, en;q=0.5") == .german)
        #expect(language(nil, "fr, en;q=0.3, de;q=0.8") == .german)
        #expect(language(nil, "de;q=0, en;q=0.1") == .english)
        #expect(language(nil, "fr;q=nonsense, *") == .english)
        #expect(language(nil, nil) == .english)
        #expect(language(nil, String(repeating: "x,", count: 100_000) + "de") == .english)
    }

    @Test func `Days, times and numbers are written in the manner of the language`() throws {
        let day = try #require(CalendarDay("2026-03-04"))
        let time = try #require(Timestamp("2026-03-04T23:05:59Z"))
        let berlin = try #require(ZoneOffsets(name: "Europe/Berlin", firstOffset: 3600, changes: []))
        let (english, german) = (book[.english], book[.german])
        #expect(english.day(day) == "4 March 2026")
        #expect(german.day(day) == "4. März 2026")
        #expect(english.shortDay(day) == "4 Mar")
        #expect(german.shortDay(day) == "4. Mär")
        #expect(english.time(time, in: berlin) == "5 March 2026, 00:05")
        #expect(english.clock(Timestamp(microseconds: -1), in: .utc) == "23:59")
        #expect(english.decimal(253, denominator: 10) == "25.3")
        #expect(german.decimal(-253, denominator: 10) == "\u{2212}25,3")
        #expect(english.signed(30, denominator: 10) == "+3.0")
        #expect(english.signed(0, denominator: 10) == "0.0")
        #expect(german.decimal(hundredths: 25_350, denominator: 10) == "25,4")
        #expect(english.percent(1, of: 8) == "13%")
        #expect(german.percent(1, of: 0) == "–")
    }
}
