extension Endpoint {
    static let portal: [Endpoint] = {
        let table = EndpointTable("attune-portal")
        return operational(table.service) + doors(table) + ownPages(table) + coursePages(table) + groupPages(table)
    }()

    private static func doors(_ table: EndpointTable) -> [Endpoint] {
        let form = Entry.anybody(because: "it is how one comes in")
        let own = Entry.anybody(because: "it concerns the browser's own session or language alone")
        return [
            table.get("/", own), table.get("/sign-in", form), table.get("/sign-in/openid", form),
            table.get("/sign-in/return", form),
            table.get("/demo-sign-in", .anybody(because: "it is there in a demonstration alone, on loopback")),
            table.get("/welcome", own), table.post("/sign-out", own), table.post("/language", own),
            table.post("/session", own), table.get("/**", .anybody(because: "it says that nothing is there")),
            table.get("/check-in/{token}", .invitation, .thing), table.post("/check-in/{token}", .invitation, .thing),
            table.post("/check-in/{token}/leave", .invitation, .thing), table.get("/check-in/{token}/next", .invitation, .thing),
            table.get("/check-in/{token}/m/{instrument}", .invitation, .thing),
            table.post("/check-in/{token}/m/{instrument}", .invitation, .thing),
            table.get("/check-in/{token}/summary", .invitation, .thing),
            table.get("/check-in/thanks", .anybody(because: "it says thank you")), table.get("/kiosk", form),
            table.post("/kiosk", form),
        ]
    }

    private static func ownPages(_ table: EndpointTable) -> [Endpoint] {
        [
            table.get("/my", .role(.seeOwnCourse), .list), table.get("/my/graph.svg", .role(.seeOwnCourse), .list),
            table.get("/my/joint", .role(.seeOwnCourse), .list), table.post("/my/consent", .role(.seeOwnCourse), .list),
            table.get("/my/looks", .role(.seeOwnCourse), .list),
            table.get("/reflection", .role(.seeOwnPractice), .list),
            table.post("/reflection/share", .role(.seeOwnPractice), .list),
            table.post("/reflection/share/end", .role(.seeOwnPractice), .list),
            table.get("/supervision/shared/{share}", .role(.seeSharedPractice), .thing),
        ]
    }

    private static func coursePages(_ table: EndpointTable) -> [Endpoint] {
        let recorded = ["discussed", "sessions", "missed", "reviews", "ratings", "preferences", "preference-reviews"]
        return [
            table.get("/caseload", .role(.seeCaseload), .list),
            table.get("/episodes/{episode}", .role(.seeCourse), .thing),
            table.get("/episodes/{episode}/graph.svg", .role(.seeCourse), .thing),
            table.get("/episodes/{episode}/joint", .role(.seeCourse), .thing),
            table.post("/episodes/{episode}/consent", .role(.recordInPages), .thing),
            table.get("/episodes/{episode}/session", .role(.recordInPages), .thing),
            table.get("/episodes/{episode}/invitations", .role(.invite), .thing),
            table.post("/episodes/{episode}/invitations", .role(.invite), .thing),
            table.get("/alerts", .role(.seeAlerts), .list), table.get("/alerts/live", .role(.seeAlerts), .list),
            table.get("/alerts/{alert}", .role(.seeAlerts), .thing),
        ]
            + recorded.map { table.post("/episodes/{episode}/\($0)", .role(.recordInPages), .thing) }
            + ["acknowledgement", "assignment", "resolution", "review"].map {
                table.post("/alerts/{alert}/\($0)", .role(.seeAlerts), .thing)
            }
    }

    private static func groupPages(_ table: EndpointTable) -> [Endpoint] {
        [
            table.get("/supervision", .role(.supervise), .list), table.get("/network", .role(.seeFigures), .list),
            table.get("/audit", .role(.audit), .list),
            table.get("/audit/episodes/{episode}", .role(.audit), .thing),
            table.get("/audit/episodes/{episode}/audit-events.ndjson", .role(.audit), .thing),
            table.get("/audit/episodes/{episode}/evidence.tar", .role(.audit), .thing),
            table.get("/audit/events/{event}", .role(.audit), .thing),
            table.get("/operations", .role(.operate)), table.get("/operations/figures", .role(.operate)),
        ]
    }
}
