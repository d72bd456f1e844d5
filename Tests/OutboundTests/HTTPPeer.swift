/// A request as it came over the wire.
struct ReceivedRequest: Sendable {
    let line: String
    let headers: [String]
    let body: [UInt8]

    /// All values of a header.
    func values(_ name: String) -> [String] {
        headers.filter { $0.lowercased().hasPrefix(name.lowercased() + ":") }
            .map { $0.dropFirst(name.count + 1).drop { $0 == " " } }.map(String.init)
    }
}

extension Peer {
    /// The next request; nil once the client has closed.
    func readRequest() -> ReceivedRequest? {
        guard let line = readLine() else { return nil }
        var headers: [String] = []
        while let header = readLine(), !header.isEmpty { headers.append(header) }
        let head = ReceivedRequest(line: line, headers: headers, body: [])
        let length = head.values("Content-Length").first.flatMap { Int($0) } ?? 0
        return ReceivedRequest(line: line, headers: headers, body: read(length))
    }
}

extension TestPeer {
    /// Answers each request with the given text and notes what it received.
    static func http(answering response: String, noting seen: Seen<ReceivedRequest> = Seen()) throws -> TestPeer {
        try TestPeer { peer in
            while let request = peer.readRequest() {
                seen.note(request)
                peer.write(response)
            }
        }
    }

    var url: String { "http://127.0.0.1:\(port)" }
}
