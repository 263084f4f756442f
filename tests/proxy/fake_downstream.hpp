// A client's request and response without any protocol: what it sends is a script, what it gets is kept.
#pragma once

#include <coroutine>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "proxy/downstream_stream.hpp"

namespace fairway::proxy::test {

/// Suspends whoever awaits it while it is closed.
class Gate {
public:
    void close() noexcept { closed_ = true; }
    void open() {
        closed_ = false;
        if (waiting_) std::exchange(waiting_, nullptr).resume();
    }
    bool await_ready() const noexcept { return !closed_; }
    void await_suspend(std::coroutine_handle<> handle) noexcept { waiting_ = handle; }
    void await_resume() const noexcept {}
    bool has_waiter() const noexcept { return bool(waiting_); }

private:
    bool closed_ = false;
    std::coroutine_handle<> waiting_;
};

/// What a body gives, one after the other; the text stays where it is.
class ScriptedBody {
public:
    struct Item {
        BodyStatus status = BodyStatus::data;
        std::string text = {};
        bool last = false;
    };

    void add(std::string text, bool last = false) { items_.push_back({BodyStatus::data, std::move(text), last}); }
    void add(BodyStatus status) { items_.push_back({status}); }
    bool empty() const noexcept { return next_ == items_.size(); }
    bool complete() const noexcept { return complete_; }
    std::size_t taken() const noexcept { return next_; }

    BodyPieces take() {
        if (empty()) return {BodyStatus::need_input};
        Item& item = items_[next_++];
        complete_ |= item.last || item.status == BodyStatus::end;
        if (item.status != BodyStatus::data) return {item.status};
        // Two pieces, as the bytes of one body are seldom in one place.
        const std::size_t half = item.text.size() / 2;
        pieces_[0] = {item.text.data(), half};
        pieces_[1] = {item.text.data() + half, item.text.size() - half};
        return {BodyStatus::data, pieces_, item.text.size(), item.last};
    }

private:
    std::deque<Item> items_;
    std::size_t next_ = 0;
    bool complete_ = false;
    iovec pieces_[2] = {};
};

inline std::string text_of(std::span<const iovec> pieces) {
    std::string text;
    for (const iovec& piece : pieces) text.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
    return text;
}

class FakeDownstream final : public DownstreamStream {
public:
    const RequestHead& head() const override { return head_; }
    const ConnectionFacts& connection_facts() const override { return facts_; }
    IpAddress local_ip() const override { return {}; }
    io::Hangup& hangup() override { return hangup_; }

    void limit_body(std::uint64_t) override {}
    BodyPieces poll_body() override { return at_once.take(); }
    io::Task<BodyPieces> read_body(std::chrono::milliseconds) override { co_return later.take(); }
    void cancel_read_body() override {}
    bool body_complete() const override { return at_once.complete() || later.complete(); }
    const FieldList& request_trailers() const override { return trailers; }

    io::Task<io::IoResult> send_interim(const ResponseHead&) override { co_return io::IoResult{}; }
    void begin_response(const ResponseStart&) override {}
    io::Task<io::IoResult> send_body(std::span<const iovec> pieces, bool last, const FieldList* given) override {
        co_await takes;
        ++sends;
        if (answer.status != io::IoStatus::ok) co_return answer;
        sent += text_of(pieces);
        ended |= last;
        if (given != nullptr) sent_trailers = *given;
        co_return answer;
    }
    bool response_begun() const override { return sends > 0; }
    void fail_response() override {}

    ScriptedBody at_once;  ///< of the request: there with its head
    ScriptedBody later;
    FieldList trailers;  ///< of the request

    Gate takes;           ///< closed: the client reads nothing
    io::IoResult answer;  ///< to what is sent
    std::string sent;
    int sends = 0;
    bool ended = false;
    FieldList sent_trailers;

private:
    RequestHead head_;
    ConnectionFacts facts_;
    io::Hangup hangup_;
};

/// The result of a task that ends without waiting for anything outside of the test.
template <class T>
T result_of(io::Task<T> task) {
    std::optional<T> result;
    const auto keep = [](io::Task<T> from, std::optional<T>& into) -> io::Task<void> { into = co_await from; };
    auto root = keep(std::move(task), result);
    root.start();
    FAIRWAY_ASSERT(root.done(), "everything that the task awaits is at hand");
    return std::move(*result);
}

}  // namespace fairway::proxy::test
