extension Endpoint {
    static let ingestion: [Endpoint] = {
        let table = EndpointTable("attune-ingestion")
        let ofEpisode = [
            "participants", "sessions", "ratings", "discussions", "consents", "reviews", "declines", "preferences",
            "preference-reviews", "transfer", "closure",
        ]
        return operational(table.service)
            + [
                table.post("/v1/episodes", .role(.record), .thing),
                table.get("/v1/episodes/{episode}", .role(.readEpisode), .thing),
            ] + ofEpisode.map { table.post("/v1/episodes/{episode}/\($0)", .role(.record), .thing) }
            + [
                table.post("/v1/ratings/{rating}/corrections", .role(.record), .thing),
                table.post("/v1/ratings/{rating}/withdrawal", .role(.record), .thing),
                table.post("/v1/ratings/batch", .role(.record), .list),
            ]
    }()

    static let alerting: [Endpoint] = {
        let table = EndpointTable("attune-alerting")
        return operational(table.service)
            + [
                table.get("/v1/alerts", .role(.readAlerts), .list),
                table.get("/v1/alerts/{alert}", .role(.readAlerts), .thing),
                table.get("/v1/alerts/{alert}/review", .role(.readAlerts), .thing),
            ]
            + ["opening", "acknowledgement", "assignment", "review", "resolution"].map {
                table.post("/v1/alerts/{alert}/\($0)", .role(.answerAlerts), .thing)
            }
            + [
                table.post("/v1/alerts/{alert}/withdrawal", .role(.withdrawAlerts), .thing),
                table.post("/v1/alerts/assignments", .role(.withdrawAlerts), .list),
                table.get("/fhir/R4/metadata", .anybody(because: "it says what the interface can do")),
            ]
            + ["Flag", "Task", "Communication"].flatMap {
                [
                    table.get("/fhir/R4/\($0)", .role(.readRecords), .list),
                    table.get("/fhir/R4/\($0)/{id}", .role(.readRecords), .thing),
                ]
            }
    }()

    static let notification: [Endpoint] = {
        let table = EndpointTable("attune-notification")
        return operational(table.service)
            + [
                table.get("/v1/inbox", .role(.readInbox), .list),
                table.post("/v1/inbox/{message}/read", .role(.readInbox), .thing),
            ]
    }()

    static let audit: [Endpoint] = {
        let table = EndpointTable("attune-audit")
        return operational(table.service)
            + ["key", "checkpoint", "consistency"].map { table.get("/v1/audit/\($0)", .role(.readLog)) }
            + ["leaves", "proof"].map { table.get("/v1/audit/\($0)/{eventId}", .role(.readLog), .thing) }
    }()

    static let scoring: [Endpoint] = operational("attune-scoring")
}
