import Crypto
import FoundationEssentials

extension MasterKeys {
    /// Seals with the key that now wraps.
    ///
    /// - Parameter binding: what the bytes belong to; under another binding they do not open.
    public func seal(_ plain: [UInt8], binding: [UInt8]) throws(ClientTextError) -> WrappedKey {
        guard let master = key(named: current) else { throw .noMasterKey(current) }
        guard let box = try? AES.GCM.seal(plain, using: master, authenticating: binding) else { throw .damaged }
        return WrappedKey(by: current, bytes: Array(box.nonce) + Array(box.ciphertext + box.tag))
    }

    /// Opens what any of the keys has sealed.
    public func open(_ sealed: WrappedKey, binding: [UInt8]) throws(ClientTextError) -> [UInt8] {
        guard let master = key(named: sealed.by) else { throw .noMasterKey(sealed.by) }
        guard let box = try? AES.GCM.SealedBox(combined: sealed.bytes),
            let plain = try? AES.GCM.open(box, using: master, authenticating: binding)
        else { throw .damaged }
        return Array(plain)
    }
}
