import Foundation
import Messaging
import ServiceKit
import Testing

/// Secrets in files, and what of Kafka's encryption and authentication fits together.
@Suite struct SecretsTests {
    private func security(_ environment: [String: String]) throws -> KafkaSecurity? {
        let short = Dictionary(uniqueKeysWithValues: environment.map { ("ATTUNE_KAFKA_\($0)", $1) })
        return try KafkaIdentity.security(Settings(KafkaIdentity.all, environment: short))
    }

    @Test func `A secret of a file is read as it is now, and the old one is kept nowhere`() throws {
        let folder = try TemporaryFolder()
        let (secret, file) = (SettingsTests.password, folder.file("password"))
        try Data("first\n".utf8).write(to: URL(filePath: file))
        let settings = try Settings([secret], environment: ["ATTUNE_PASSWORD_FILE": file])
        let reading = settings.rereading(secret)
        #expect(settings.file(of: secret) == file)
        #expect(reading() == "first")
        try Data("second\n".utf8).write(to: URL(filePath: file))
        #expect(reading() == "second")
        try FileManager.default.removeItem(atPath: file)
        #expect(reading() == nil)
        let direct = try Settings([secret], environment: ["ATTUNE_PASSWORD": "word"])
        #expect(direct.file(of: secret) == nil)
        #expect(direct.rereading(secret)() == "word")
    }

    @Test func `Kafka is reached as the settings say`() throws {
        #expect(try security([:]) == nil)
        let encrypted = try #require(try security(["SECURITY": "ssl", "CA_FILE": "/ca.pem"]))
        #expect(encrypted.caFile == "/ca.pem" && encrypted.identity == nil && encrypted.login == nil)
        #expect(encrypted.files == ["/ca.pem"])
        let mutual = try #require(
            try security(["SECURITY": "ssl", "CERTIFICATE_FILE": "/c.pem", "KEY_FILE": "/c.key", "KEY_PASSWORD": "k"]))
        #expect(mutual.identity?.certificateFile == "/c.pem" && mutual.identity?.keyPassword?() == "k")
        #expect(mutual.files == ["/c.pem", "/c.key"])
        let folder = try TemporaryFolder()
        try Data("word".utf8).write(to: URL(filePath: folder.file("p")))
        let login = try #require(
            try security(["SECURITY": "sasl_ssl", "USER": "scoring", "PASSWORD_FILE": folder.file("p")]))
        #expect(login.login?.mechanism == .scramSHA512 && login.login?.user == "scoring" && login.login?.password() == "word")
        #expect(login.files == [folder.file("p")])
    }

    @Test(arguments: [
        (["SECURITY": "sasl_ssl", "PASSWORD": "x"], "USER"), (["SECURITY": "sasl_ssl", "USER": "x"], "PASSWORD"),
        (["SECURITY": "ssl", "CERTIFICATE_FILE": "/c"], "KEY_FILE"), (["SECURITY": "ssl", "KEY_FILE": "/c"], "CERTIFICATE_FILE"),
        (["SECURITY": "ssl", "USER": "x", "PASSWORD": "x"], "USER"), (["CA_FILE": "/ca.pem"], "CA_FILE"),
        (["USER": "scoring", "PASSWORD": "s3cret"], "USER"), (["SECURITY": "SSL"], "SECURITY"),
        (["SECURITY": "sasl_ssl", "USER": "x", "PASSWORD": "s3cret", "MECHANISM": "GSSAPI"], "MECHANISM"),
    ])
    func `What is missing or would be ignored is refused by name`(environment: [String: String], name: String) throws {
        let error = #expect(throws: SettingsError.self) { try security(environment) }
        #expect(error?.findings.map(\.name) == ["ATTUNE_KAFKA_\(name)"])
        #expect("\(error!)".contains("s3cret") == false)
    }
}
