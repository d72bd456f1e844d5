import CCurl
import Glibc

/// The sockets that libcurl holds for one session, so that they can be cut when it ends.
final class OpenSockets {
    private let rule: AddressRule
    private var descriptors: Set<Int32> = []
    /// Whether an address was refused since this was last set to false.
    var hasRefused = false

    init(_ rule: AddressRule) { self.rule = rule }

    /// Valid while this object lives, which is as long as its session's handle.
    var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    /// Ends both directions of every connection; libcurl still closes the descriptors.
    func cut() {
        for descriptor in descriptors { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }

    /// Opens a socket that child processes do not inherit; none to an address that is not admitted.
    static let open: curl_opensocket_callback = { context, _, address in
        guard let context, let address, let place = MemoryLayout<curl_sockaddr>.offset(of: \.addr) else { return -1 }
        let sockets = from(context)
        guard sockets.rule.admits(UnsafeRawPointer(address) + place, family: address.pointee.family) else {
            sockets.hasRefused = true
            return -1
        }
        let type = address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.pointee.family, type, address.pointee.protocol)
        if descriptor >= 0 { sockets.descriptors.insert(descriptor) }
        return descriptor
    }

    static let close: curl_closesocket_callback = { context, descriptor in
        if let context { from(context).descriptors.remove(descriptor) }
        return Glibc.close(descriptor)
    }

    private static func from(_ context: UnsafeMutableRawPointer) -> OpenSockets {
        Unmanaged<OpenSockets>.fromOpaque(context).takeUnretainedValue()
    }
}
