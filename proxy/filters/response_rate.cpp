#include "proxy/filters/response_rate.hpp"

#include <algorithm>

#include "proxy/io/pause.hpp"

namespace fairway::proxy {

namespace {

class RateFilter final : public BodyFilter {
public:
    RateFilter(const routing::ResponseRate& rate, io::Reactor& reactor, DownstreamStream& downstream, BodyFilter& next)
        : rate_(rate), reactor_(reactor), downstream_(downstream), next_(next), began_(reactor.now()) {}

    io::Task<io::IoResult> send(std::span<const iovec> pieces, bool last, const FieldList* trailers) override {
        bool ended = false;
        for (const iovec& piece : pieces) {
            std::string_view left{static_cast<const char*>(piece.iov_base), piece.iov_len};
            while (!left.empty()) {
                const std::uint64_t allowed = allowed_now();
                if (allowed == 0) {
                    const auto waited = co_await wait();
                    if (waited.status != io::IoStatus::ok) co_return waited;
                    continue;
                }
                const auto part = left.substr(0, allowed);
                left.remove_prefix(part.size());
                const bool is_end = last && left.empty() && &piece == &pieces.back();
                const iovec run{const_cast<char*>(part.data()), part.size()};
                const auto sent = co_await next_.send({&run, 1}, is_end, is_end ? trailers : nullptr);
                if (sent.status != io::IoStatus::ok) co_return sent;
                sent_ += part.size();
                ended = is_end;
            }
        }
        if (last && !ended) co_return co_await next_.send({}, true, trailers);
        co_return io::IoResult{};
    }

    io::Task<io::IoResult> flush() override { return next_.flush(); }

private:
    /// nginx: what a second more than the time that has passed allows.
    std::uint64_t budget() const noexcept {
        const std::chrono::duration<double> passed = reactor_.now() - began_ + std::chrono::seconds(1);
        return rate_.free_bytes +
               static_cast<std::uint64_t>(passed.count() * static_cast<double>(rate_.bytes_per_second));
    }
    std::uint64_t allowed_now() const noexcept { return budget() > sent_ ? budget() - sent_ : 0; }

    /// Until a worthwhile part of a second's bytes may go.
    io::Task<io::IoResult> wait() {
        io::Pause pause(reactor_, downstream_.hangup(), reactor_.now() + std::chrono::milliseconds(100));
        const io::Wake why = co_await pause;
        co_return io::IoResult{why == io::Wake::timeout ? io::IoStatus::ok : io::IoStatus::error, 0};
    }

    const routing::ResponseRate& rate_;
    io::Reactor& reactor_;
    DownstreamStream& downstream_;
    BodyFilter& next_;
    const io::TimePoint began_;
    std::uint64_t sent_ = 0;
};

}  // namespace

std::unique_ptr<BodyFilter> make_rate_filter(const routing::ResponseRate& rate, io::Reactor& reactor,
                                             DownstreamStream& downstream, BodyFilter& next) {
    return std::make_unique<RateFilter>(rate, reactor, downstream, next);
}

}  // namespace fairway::proxy
