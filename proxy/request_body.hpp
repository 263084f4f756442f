// The body of a request on its way to an endpoint: as it comes, or taken in before anybody is asked, so that it can be sent
// again and a slow client holds no endpoint (annotation proxy-request-buffering).
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "proxy/body_spool.hpp"
#include "proxy/downstream_stream.hpp"
#include "proxy/failure.hpp"
#include "routing/policy/body_buffering.hpp"

namespace fairway::proxy {

class RequestBody {
public:
    RequestBody(io::BufferPool& buffers, DownstreamStream& downstream) : buffers_(buffers), downstream_(downstream) {}

    /// Looks at what has arrived; never waits. A small body is often there already, and costs nothing more then.
    Failure begin();
    /// True when all of it is at hand.
    bool at_hand() const noexcept { return whole_; }
    /// Reads all of it. What fits neither memory nor file is left for next(), and the body cannot be repeated then.
    io::Task<Failure> take_in(const routing::BodyBuffering& buffering, std::chrono::milliseconds timeout);

    // For one try: first(), then next() until its `last`.

    /// What goes with the head, at most 16 pieces. The try begins anew.
    std::span<const iovec> first();
    /// Nothing follows the first pieces, no trailers either.
    bool first_is_all() const noexcept;
    /// `last` or BodyStatus::end: complete with it.
    io::Task<BodyPieces> next(std::chrono::milliseconds timeout);
    /// True while a further try sees the same body: nothing beyond what is kept was taken from the client.
    bool repeatable() const noexcept { return !beyond_kept_; }

    /// The length, when it replaces the client's framing: of a body that was taken in or left out.
    std::optional<std::uint64_t> length() const;
    /// The endpoint's protocol has no trailers; the length of a body that was taken in is known in spite of them.
    void leave_trailers_out() noexcept { trailers_left_out_ = true; }
    /// There is no body from here on: it was lost, or is not wanted.
    void leave_out();
    /// Where the body was taken in; null: it was not. A mirror may read it as well.
    const std::shared_ptr<BodySpool>& spool() const noexcept { return spool_; }
    /// What came with the head, of a body that was not taken in.
    std::span<const iovec> pieces_at_hand() const noexcept { return {storage_.data(), count_}; }

private:
    bool has_trailers() const { return !trailers_left_out_ && !downstream_.request_trailers().empty(); }

    io::BufferPool& buffers_;
    DownstreamStream& downstream_;
    std::array<iovec, 16> storage_;  // what was there at the start, or could not be kept in the spool
    std::size_t count_ = 0;
    bool whole_ = false;        // spool and storage hold all of it
    bool beyond_kept_ = false;  // bytes that nobody keeps were taken from the client
    bool left_out_ = false;
    bool trailers_left_out_ = false;
    std::shared_ptr<BodySpool> spool_;
    BodySpool::Reader reader_;
    std::uint64_t position_ = 0;  // in the spool
    bool storage_sent_ = false;
};

/// What a body that ended so means for its request; `data` and `end` are none.
Failure failure_of(BodyStatus status) noexcept;

}  // namespace fairway::proxy
