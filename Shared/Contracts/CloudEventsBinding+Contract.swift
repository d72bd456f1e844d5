extension CloudEventsBinding {
    /// A header as its readers need to know it.
    struct Field {
        let name: String
        let meaning: String
        var isRequired = true
        var constant: String?
    }

    private static let common = [
        Field(name: "ce_specversion", meaning: "Of CloudEvents.", constant: "1.0"),
        Field(name: "ce_id", meaning: "A UUID; the same event has the same one however often it comes."),
        Field(name: "ce_type", meaning: "The name of the message."),
        Field(name: "ce_source", meaning: "The service that made the event."),
        Field(name: "ce_time", meaning: "RFC 3339 in UTC."),
        Field(name: "content-type", meaning: "Of the value.", constant: "application/protobuf"),
    ]

    /// The headers of events, and of checkpoints, which are about the log and no episode.
    static let headerSchemas: KeyValuePairs<String, [Field]> = [
        "eventHeaders": common + [
            Field(name: "ce_subject", meaning: "The id of the episode."),
            Field(name: "ce_sequence", meaning: "The version of the event within its stream."),
            Field(name: "ce_site", meaning: "The name of the site."),
            Field(name: "traceparent", meaning: "W3C Trace Context.", isRequired: false),
        ],
        "checkpointHeaders": common + [
            Field(name: "ce_subject", meaning: "The name of the log."),
            Field(name: "ce_sequence", meaning: "The size of the tree."),
        ],
    ]
}
