import ServiceKit
import Testing

extension Browser {
    /// From now on the window is of another size and prefers other colours; nothing moves, and zoom is 100 %.
    func look(width: Int, height: Int = 900, isDark: Bool) throws {
        try devTools(
            "Emulation.setDeviceMetricsOverride",
            ["width": .integer(width), "height": .integer(height), "deviceScaleFactor": 1, "mobile": .bool(false)])
        let media: JSON = [
            ["name": "prefers-color-scheme", "value": .string(isDark ? "dark" : "light")],
            ["name": "prefers-reduced-motion", "value": "reduce"],
        ]
        try devTools("Emulation.setEmulatedMedia", ["features": media])
        try wait(for: "the window") {
            try script(
                "return innerWidth === arguments[0] && matchMedia('(prefers-color-scheme: dark)').matches === arguments[1]",
                [.integer(width), .bool(isDark)]
            ).isTrue
        }
    }

    /// The page has no faults that a program can see, and does not scroll sideways.
    ///
    /// - Parameter isKnown: the page was looked at in another size and other colours: only what depends on them is left.
    func expectOrder(
        of name: String, isKnown: Bool = false, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        if Axe.isAvailable {
            let rules = isKnown ? ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable"] : []
            #expect(try accessibilityFaults(rules) == [], "\(name)", sourceLocation: sourceLocation)
        }
        let wide = try script(
            """
            const room = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= room) return [];
            const beyond = [...document.querySelectorAll('main *, header *, footer *')]
                .filter(one => one.getBoundingClientRect().right > room + 1 || one.scrollWidth > room)
                .map(one => one.outerHTML.slice(0, 120));
            return ['by ' + (document.documentElement.scrollWidth - room) + ' px', ...beyond];
            """)
        #expect(wide.elements.compactMap(\.text) == [], "\(name) scrolls sideways", sourceLocation: sourceLocation)
    }

    /// The page has no faults that a program can see, made no complaints, and does not scroll sideways.
    func check(_ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        try Pictures.keep(self, as: "\(name)-\(setting.width)\(setting.isDark ? "-dark" : "")")
        #expect(try complaints() == [], "\(name)", sourceLocation: sourceLocation)
        try expectOrder(of: name, sourceLocation: sourceLocation)
    }
}
