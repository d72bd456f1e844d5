import Foundation
import FoundationXML
import ServiceKit
import Testing

@testable import PortalFixture

/// The graph on paper, as a picture and as a file.
@Suite(.serialized, .enabled(if: ChromeDriver.isAvailable, ChromeDriver.absence))
struct SavedGraphTests {
    @Test func `The page prints with its graph and without what paper has no use for`() async throws {
        let site = try TourSite()
        try await Browser.run { browser in
            try site.enter(browser, as: "clinician", to: "/episodes/\(site.courses.offTrack.id)")
            let shown = "return [...document.querySelectorAll(arguments[0])].filter(one => one.checkVisibility()).length"
            let unwanted = ["header nav", "footer", "main form", "button", "a.button", ".chart-tools", "dialog"]
            let before = try unwanted.map { try browser.script(shown, [.string($0)]) }
            #expect(before[0] == 1 && before[3] != 0)
            try browser.devTools("Emulation.setEmulatedMedia", ["media": "print"])
            for (name, paper) in zip(unwanted, try unwanted.map { try browser.script(shown, [.string($0)]) }) {
                #expect(paper == 0, "\(name) on paper")
            }
            #expect(try browser.script(shown, ["main svg.chart-wide"]) == 1)
            #expect(try browser.script(shown, [".course-table table"]) == 1)
            let answer = try browser.devTools("Page.printToPDF", ["printBackground": false])
            let document = try #require(answer["data"]?.text.flatMap { Data(base64Encoded: $0) })
            #expect(document.starts(with: Data("%PDF-".utf8)))
            // Fonts are embedded and graphs are drawn: an empty page has far less.
            try browser.open("about:blank")
            let empty = try #require(try browser.devTools("Page.printToPDF")["data"]?.text.flatMap { Data(base64Encoded: $0) })
            #expect(document.count > empty.count + 10_000)
        }
    }

    @Test func `A graph saved as picture and as file is one that others can open`() async throws {
        let site = try TourSite()
        let folder = FileManager.default.temporaryDirectory.appending(path: "saved-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await Browser.run { browser in
            func saved(_ ending: String, by css: String) throws -> Data {
                try browser.find(css).click()
                var found: Data?
                try browser.wait(for: "the file") {
                    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
                    found = try files.first { $0.pathExtension == ending }.map { try Data(contentsOf: $0) }
                    return found?.isEmpty == false
                }
                return try #require(found)
            }
            try browser.devTools("Page.setDownloadBehavior", ["behavior": "allow", "downloadPath": .string(folder.path)])
            try site.enter(browser, as: "clinician", to: "/episodes/\(site.courses.offTrack.id)")
            let picture = try saved("png", by: ".chart-tools button[data-export=png]")
            #expect(picture.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
            let decoded = try Self.decoded(picture, "image/png", in: browser)
            #expect(decoded.width >= 1200 && decoded.height >= 500 && decoded.colours > 8)

            let drawing = try saved("svg", by: "a[download]")
            #expect(XMLParser(data: drawing).parse())
            let text = String(decoding: drawing, as: UTF8.self)
            #expect(text.contains("<svg") && text.contains("10.9"))
            for word in ["<script", "javascript:", "onload", "foreignObject", "href=\"http"] {
                #expect(!text.contains(word), "\(word)")
            }
            #expect(try Self.decoded(drawing, "image/svg+xml", in: browser).width * 2 == decoded.width)
            #expect(try browser.complaints() == [])
        }
    }

    /// What the browser makes of a file, as another program would.
    private static func decoded(
        _ file: Data, _ type: String, in browser: Browser
    ) throws -> (width: Int, height: Int, colours: Int) {
        let answer = try browser.scriptLater(
            """
            const done = arguments[arguments.length - 1];
            const image = new Image();
            image.onerror = () => done([0, 0, 0]);
            image.onload = () => {
                const canvas = document.createElement('canvas');
                [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
                const context = canvas.getContext('2d');
                context.drawImage(image, 0, 0);
                const points = new Uint32Array(context.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
                done([canvas.width, canvas.height, new Set(points).size]);
            };
            image.src = 'data:\(type);base64,' + arguments[0];
            """, [.string(file.base64EncodedString())])
        let numbers = answer.elements.map { if case .number(let number) = $0 { Int(number.text) ?? 0 } else { 0 } }
        return (try #require(numbers.first), numbers[1], numbers[2])
    }
}
