/// Every decoder that faces the outside or a topic. `make fuzz ONLY=name` runs one.
enum FuzzTarget: String, CaseIterable, Sendable {
    /// Any JSON text, and what is said of one that is refused.
    case json
    /// A command as one request has it, of each kind.
    case command
    /// NDJSON: lines of a batch.
    case batch
    /// Headers, key and value of a record.
    case cloudEvents = "cloud-events"
    /// A `traceparent`.
    case trace
    /// The protobuf message of each event type; the first byte chooses.
    case events
    /// What services store as protobuf: courses, signals, participants.
    case stored
    /// A signed note, the checkpoint in it, and keys.
    case checkpoint
    /// Inclusion and consistency proofs, over trees whose every proof is known.
    case proof
    /// Lines and manifest of a bundle of evidence.
    case evidence
    /// An access token.
    case token
    /// A key set of an issuer.
    case keySet = "key-set"
    /// What an identity provider says: its metadata, an answer with an ID token.
    case provider
    /// A form of the portal as browsers send it.
    case form
    /// Cookies, links and codes of the portal.
    case handedOut = "handed-out"
    /// A search over FHIR.
    case fhirSearch = "fhir-search"
    /// A FHIR Questionnaire: an instrument's wording.
    case questionnaire
    /// YAML of the catalogue.
    case catalogue
    /// YAML of a site's policy.
    case policy
    /// YAML of a site's routes.
    case routes
    /// YAML of an import map.
    case importMap = "import-map"
    /// CSV of an import.
    case csv
    /// CSV or JSON of the directory.
    case directory
    /// A mail with a delivery status notification.
    case bounce
    /// Addresses of webhooks and mails, and the header `Retry-After`.
    case addresses

    /// Reads the bytes as the target's decoder does, and checks what must be true of every result.
    /// - Throws: ``FuzzFault`` where something was not true. Whatever a decoder throws is an answer.
    func run(_ bytes: [UInt8]) async throws(FuzzFault) {
        switch self {
        case .json: try JSONFuzz.run(bytes)
        case .command: try CommandFuzz.single(bytes)
        case .batch: try CommandFuzz.batch(bytes)
        case .cloudEvents: try RecordFuzz.headers(bytes)
        case .trace: try RecordFuzz.trace(bytes)
        case .events: try EventFuzz.events(bytes)
        case .stored: try EventFuzz.stored(bytes)
        case .checkpoint: try CheckpointFuzz.run(bytes)
        case .proof: try ProofFuzz.run(bytes)
        case .evidence: try EvidenceFuzz.run(bytes)
        case .token: try await TokenFuzz.token(bytes)
        case .keySet: try await TokenFuzz.keySet(bytes)
        case .provider: try ProviderFuzz.run(bytes)
        case .form: try FormFuzz.run(bytes)
        case .handedOut: try FormFuzz.handedOut(bytes)
        case .fhirSearch: try FHIRFuzz.search(bytes)
        case .questionnaire: try FHIRFuzz.questionnaire(bytes)
        case .catalogue: try YAMLFuzz.catalogue(bytes)
        case .policy: try YAMLFuzz.policy(bytes)
        case .routes: try YAMLFuzz.routes(bytes)
        case .importMap: try YAMLFuzz.importMap(bytes)
        case .csv: try TableFuzz.csv(bytes)
        case .directory: try TableFuzz.directory(bytes)
        case .bounce: try MailFuzz.bounce(bytes)
        case .addresses: try MailFuzz.addresses(bytes)
        }
    }
}

/// Something that must be true of every input and was not.
struct FuzzFault: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// - Throws: ``FuzzFault`` with the words where the condition does not hold.
func hold(_ condition: Bool, _ words: @autoclosure () -> String) throws(FuzzFault) {
    if !condition { throw FuzzFault(words()) }
}

/// The outcome of a decoder whose own error is an answer like any other.
func read<Value>(_ body: () throws -> Value) -> Value? { try? body() }
