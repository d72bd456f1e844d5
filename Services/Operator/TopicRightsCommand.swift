import ArgumentParser
import Contracts

/// What each program may do with the topics, for Kafka's own tool or for Strimzi's operator: no more than it does.
struct TopicRightsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "acls", abstract: "Print the access control lists of the topics, least privilege.",
        discussion: """
            As commands of Apache Kafka: attune topics acls | BOOTSTRAP=host:port ADMIN=admin.properties sh
            As resources of Strimzi: attune topics acls --as strimzi --cluster NAME
            """)

    enum Form: String, ExpressibleByArgument, CaseIterable { case commands, strimzi }

    @Option(name: .customLong("as"), help: "commands or strimzi.")
    var form = Form.commands

    @Option(help: "What a program is called at the brokers; NAME stands for its own name, as in a certificate.")
    var principal = "User:CN=NAME"

    @Option(help: "Strimzi's cluster.")
    var cluster = "attune"

    func validate() throws {
        guard principal.contains("NAME"), !principal.contains("'") else {
            throw ValidationError("--principal must have NAME in it, and no quotation marks.")
        }
        guard !cluster.isEmpty, cluster.allSatisfy({ $0.isLowercase || $0.isNumber || $0 == "-" }) else {
            throw ValidationError("--cluster takes lower-case letters, digits and hyphens.")
        }
    }

    func run() {
        switch form {
        case .commands: print(TopicRights.commands(principal: principal).joined(separator: "\n"))
        case .strimzi: print(TopicRights.strimzi(cluster: cluster).joined(separator: "---\n"), terminator: "")
        }
    }
}

/// Kafka's rights as they follow from ``TopicAccess``. Reading and writing imply describing; an idempotent producer needs
/// nothing beyond writing (KIP-679, Apache Kafka 2.8).
enum TopicRights {
    struct Right: Hashable {
        enum Kind: String { case topic, group, cluster }
        let kind: Kind
        let name: String
        let operations: [String]
    }

    static func rights(of access: TopicAccess) -> [Right] {
        var rights = access.reads.map { Right(kind: .topic, name: $0.name, operations: ["Read"]) }
        rights += access.writes.map { Right(kind: .topic, name: $0.name, operations: ["Write"]) }
        rights += access.describes.map {
            Right(kind: .topic, name: $0.name, operations: access.creates ? ["Create", "Describe"] : ["Describe"])
        }
        if let group = access.group { rights.append(Right(kind: .group, name: group, operations: ["Read"])) }
        return rights
    }

    static func commands(principal: String) -> [String] {
        let tool = "kafka-acls.sh --bootstrap-server \"$BOOTSTRAP\" --command-config \"$ADMIN\" --add"
        return TopicAccess.all.flatMap { access in
            let who = principal.replacing("NAME", with: access.program.identity)
            return rights(of: access).map { right in
                let operations = right.operations.map { "--operation \($0)" }.joined(separator: " ")
                return "\(tool) --allow-principal '\(who)' \(operations) --\(right.kind.rawValue) \(right.name)"
            }
        }
    }

    static func strimzi(cluster: String) -> [String] {
        TopicAccess.all.map { access in
            let rules = rights(of: access).map { right in
                """
                      - resource: {type: \(right.kind.rawValue), name: \(right.name), patternType: literal}
                        operations: [\(right.operations.joined(separator: ", "))]
                """
            }
            return """
                apiVersion: kafka.strimzi.io/v1beta2
                kind: KafkaUser
                metadata:
                  name: \(access.program.identity)
                  labels: {strimzi.io/cluster: \(cluster)}
                spec:
                  authentication: {type: tls}
                  authorization:
                    type: simple
                    acls:
                \(rules.joined(separator: "\n"))

                """
        }
    }
}
