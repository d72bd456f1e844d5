import AuditLog
import Contracts
import Persistence
import Testing

@testable import attune

/// Rights on topics, held against what the programs do with them.
@Suite struct TopicRightsTests {
    @Test func `The relay may write what the ledger has lanes for, and audit reads all that it writes leaves of`() {
        #expect(Set(TopicAccess.of(.ingestion).writes) == Set(Lane.all.map(\.topic)))
        #expect(Set(TopicAccess.of(.audit).reads) == Set(AuditedTopics.all))
    }

    @Test func `Every topic has one writer, and nobody may write what is not theirs`() {
        for topic in Topic.allCases {
            #expect(TopicAccess.all.count { $0.writes.contains(topic) } == 1, "\(topic)")
        }
        for access in TopicAccess.all {
            let rights = TopicRights.rights(of: access)
            let writable = rights.filter { $0.operations.contains("Write") }.map(\.name)
            #expect(writable == access.writes.map(\.name))
            #expect(rights.allSatisfy { $0.kind != .cluster && !$0.operations.contains("All") && $0.name != "*" })
            #expect(rights.filter { $0.kind == .group }.map(\.name) == (access.group.map { [$0] } ?? []))
        }
    }

    @Test func `Commands and resources say the same`() {
        let commands = TopicRights.commands(principal: "User:CN=NAME,O=Care")
        #expect(
            commands.contains(
                """
                kafka-acls.sh --bootstrap-server "$BOOTSTRAP" --command-config "$ADMIN" --add \
                --allow-principal 'User:CN=attune-scoring,O=Care' --operation Write --topic attune.trajectories.v1
                """))
        #expect(
            commands.contains {
                $0.hasSuffix("'User:CN=attune-scoring,O=Care' --operation Read --group attune-scoring")
            })
        let users = TopicRights.strimzi(cluster: "care")
        #expect(users.count == TopicAccess.Program.allCases.count)
        let rules = users.joined().split(separator: "\n").count { $0.contains("- resource:") }
        #expect(rules == commands.count)
        #expect(users.allSatisfy { $0.contains("strimzi.io/cluster: care") })
    }
}
