#include "loader/http_client.hpp"

#include <array>

namespace fairway::bench {

void HttpClient::open() {
    channel_.emplace(port_, tls_);
    open_ = in_flight_ = false;
    unsent_ = {};
    response_.reset();
    // Edge-triggered and registered once: the loader shares a core with the origin and should cost little.
    poller_.watch(channel_->fd(), EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, this);
}

void HttpClient::send(std::string_view request) {
    response_.reset();
    in_flight_ = true;
    unsent_ = request;
    // An error here shows again when the answer is read, which is where it is judged.
    while (!unsent_.empty() && channel_->write(unsent_) == Io::done) {
    }
}

HttpClient::Progress HttpClient::on_ready() {
    if (!open_) {
        const Io io = channel_->open();
        if (io == Io::blocked) return Progress::busy;
        if (io != Io::done) return Progress::refused;
        open_ = true;
        return Progress::opened;
    }
    while (!unsent_.empty() && channel_->write(unsent_) == Io::done) {
    }
    return read_response();
}

HttpClient::Progress HttpClient::read_response() {
    static thread_local std::array<char, 128 * 1024> buffer;
    while (true) {
        std::size_t got = 0;
        const Io io = channel_->read(buffer, got);
        if (io == Io::blocked) return Progress::busy;
        if (io != Io::done) return in_flight_ ? Progress::lost : Progress::closed;
        if (!in_flight_) return Progress::closed;  // bytes nobody asked for
        switch (response_.feed({buffer.data(), got})) {
            case ResponseReader::Progress::more: break;
            case ResponseReader::Progress::malformed: return Progress::lost;
            case ResponseReader::Progress::complete:
                in_flight_ = false;
                // An answer may overtake the rest of its request; the connection is then of no further use.
                return unsent_.empty() ? Progress::answered : Progress::lost;
        }
    }
}

void HttpClient::close() {
    if (channel_) channel_->close();
    channel_.reset();
}

}  // namespace fairway::bench
