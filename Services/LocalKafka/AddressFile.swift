import Glibc

/// The file by which others find the cluster: either complete or not there.
struct AddressFile {
    let path: String

    func write(_ address: String) throws {
        let draft = "\(path).\(getpid())"
        guard let file = fopen(draft, "w") else { throw failure() }
        let isWritten = fputs(address + "\n", file) >= 0
        guard fclose(file) == 0, isWritten, rename(draft, path) == 0 else {
            let failure = failure()
            unlink(draft)
            throw failure
        }
    }

    func remove() { unlink(path) }

    private func failure() -> CannotWrite {
        CannotWrite(description: "cannot write \(path): \(String(cString: strerror(errno)))")
    }
}

struct CannotWrite: Error, CustomStringConvertible {
    let description: String
}
