// What a response's body passes through on its way to the client, on routes that ask for it.
#pragma once

#include "proxy/downstream_stream.hpp"

namespace fairway::proxy {

/// Each passes what it makes on to the next; the last one is the client's stream.
class BodyFilter {
public:
    virtual ~BodyFilter() = default;

    /// Bytes of the body, as DownstreamStream::send_body(). May hold some of them back.
    virtual io::Task<io::IoResult> send(std::span<const iovec> pieces, bool last, const FieldList* trailers) = 0;
    /// The endpoint pauses: what is held back leaves now, the head as well.
    virtual io::Task<io::IoResult> flush() = 0;
};

/// The end of the chain.
class ToClient final : public BodyFilter {
public:
    explicit ToClient(DownstreamStream& downstream) : downstream_(downstream) {}

    io::Task<io::IoResult> send(std::span<const iovec> pieces, bool last, const FieldList* trailers) override {
        head_sent_ = true;
        return downstream_.send_body(pieces, last, trailers);
    }
    io::Task<io::IoResult> flush() override {
        if (head_sent_) co_return io::IoResult{};
        head_sent_ = true;
        co_return co_await downstream_.send_body({}, false);
    }

private:
    DownstreamStream& downstream_;
    bool head_sent_ = false;
};

}  // namespace fairway::proxy
