import CCurl

/// A list of strings in libcurl's form, freed with its owner.
struct CurlList: ~Copyable {
    private(set) var head: UnsafeMutablePointer<curl_slist>?

    init(_ texts: [String]) throws(OutboundError) {
        head = nil
        for text in texts {
            guard let longer = curl_slist_append(head, text) else { throw OutboundError(CURLE_OUT_OF_MEMORY) }
            head = longer
        }
    }

    deinit { curl_slist_free_all(head) }
}
