#include "origin/session.hpp"

#include <strings.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

namespace fairway::bench {

namespace {

std::string answer(std::string_view name, std::string_view body) {
    std::string text = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Origin: ";
    text.append(name).append("\r\nContent-Length: ").append(std::to_string(body.size())).append("\r\n\r\n");
    return text.append(body);
}

/// The value of a field, any case; empty when it is absent.
std::string_view field(std::string_view head, std::string_view name) {
    for (std::size_t at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at + 2)) {
        const auto line = head.substr(at + 2);
        if (line.size() <= name.size() || line[name.size()] != ':') continue;
        if (::strncasecmp(line.data(), name.data(), name.size()) != 0) continue;
        auto value = line.substr(name.size() + 1, line.find("\r\n") - name.size() - 1);
        value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
        return value;
    }
    return {};
}

}  // namespace

Answers::Answers(std::string_view name)
    : small(answer(name, std::string(1024, 'f'))),
      medium(answer(name, std::string(64 * 1024, 'f'))),
      large(answer(name, std::string(1024 * 1024, 'f'))),
      upload(answer(name, "ok")) {}

const std::string& Answers::for_request(std::string_view method, std::string_view path) const {
    if (method == "PUT" || method == "POST") return upload;
    if (path.ends_with("/64k")) return medium;
    if (path.ends_with("/1m")) return large;
    return small;
}

bool Session::on_ready(Poller& poller, std::uint32_t events, std::span<char> scratch) {
    if ((events & EPOLLOUT) != 0) return flush(poller);
    const auto got = ::recv(socket_.get(), scratch.data(), scratch.size(), 0);
    if (got < 0) return errno == EAGAIN;
    if (got == 0) return false;
    return consume({scratch.data(), static_cast<std::size_t>(got)}) && flush(poller);
}

bool Session::consume(std::string_view bytes) {
    if (!partial_head_.empty() && body_left_ == 0) {
        partial_head_.append(bytes);
        const std::string joined = std::exchange(partial_head_, {});
        return consume(joined);
    }
    while (!bytes.empty()) {
        if (body_left_ == 0) {
            const auto end = bytes.find("\r\n\r\n");
            if (end == std::string_view::npos) {
                partial_head_ = bytes;
                return partial_head_.size() < 64 * 1024;
            }
            if (!take_head(bytes.substr(0, end + 2))) return false;
            bytes.remove_prefix(end + 4);
        }
        const auto taken = std::min(body_left_, bytes.size());
        body_left_ -= taken;
        bytes.remove_prefix(taken);
        if (body_left_ != 0) return true;
        due_.push_back(current_);
    }
    return true;
}

bool Session::take_head(std::string_view head) {
    const auto method_end = head.find(' ');
    const auto path_end = head.find(' ', method_end + 1);
    if (method_end == std::string_view::npos || path_end == std::string_view::npos) return false;
    current_ =
        &answers_.for_request(head.substr(0, method_end), head.substr(method_end + 1, path_end - method_end - 1));
    if (!field(head, "Transfer-Encoding").empty()) return false;
    const auto length = field(head, "Content-Length");
    body_left_ = 0;
    return length.empty() ||
           std::from_chars(length.data(), length.data() + length.size(), body_left_).ec == std::errc{};
}

bool Session::flush(Poller& poller) {
    while (!due_.empty()) {
        const std::string& answer = *due_.front();
        const auto sent =
            ::send(socket_.get(), answer.data() + sent_of_first_, answer.size() - sent_of_first_, MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno != EAGAIN) return false;
            if (!waits_for_room_) poller.change(socket_.get(), EPOLLOUT, this);
            waits_for_room_ = true;
            return true;
        }
        sent_of_first_ += static_cast<std::size_t>(sent);
        if (sent_of_first_ == answer.size()) {
            due_.pop_front();
            sent_of_first_ = 0;
        }
    }
    if (waits_for_room_) poller.change(socket_.get(), EPOLLIN, this);
    waits_for_room_ = false;
    return true;
}

}  // namespace fairway::bench
