#include "ingress/ocsp/stapler.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/log.hpp"
#include "ingress/ocsp/http_post.hpp"
#include "tls/ocsp.hpp"

namespace fairway::ingress {

namespace {

constexpr std::size_t kMostUnderWay = 4;
constexpr std::chrono::seconds kShortestWait{60};
constexpr std::chrono::seconds kLongestWait = std::chrono::hours(24);
constexpr std::chrono::seconds kLongestRetry = std::chrono::hours(1);

void warn(const tls::Certificate& certificate, const std::string& problem, std::string_view kept) {
    log::warn("ocsp.failed", {{"certificate", fmt::format("{}", fmt::join(certificate.names(), ","))},
                              {"serial", certificate.serial()},
                              {"problem", problem},
                              {"kept", kept}});
}

}  // namespace

Stapler::Stapler(boost::asio::io_context& io, std::function<void(const tls::Staples&)> on_change)
    : io_(io), on_change_(std::move(on_change)) {}

Stapler::~Stapler() { *alive_ = false; }

void Stapler::follow(const std::vector<CertificatePtr>& certificates) {
    std::erase_if(entries_, [&](const auto& entry) {
        return std::ranges::find(certificates, entry.first) == certificates.end();
    });
    for (const auto& certificate : certificates) {
        const auto [at, added] = entries_.try_emplace(certificate);
        if (!added) continue;
        at->second = std::make_shared<Entry>(io_);
        if (const auto question = tls::ocsp_question(*certificate); question)
            enqueue(certificate);
        else
            warn(*certificate, question.error().message, "nothing is stapled");
    }
}

void Stapler::enqueue(const CertificatePtr& certificate) {
    queue_.push_back(certificate);
    ask_next();
}

void Stapler::ask_next() {
    while (under_way_ < kMostUnderWay && !queue_.empty()) {
        const auto certificate = std::move(queue_.front());
        queue_.pop_front();
        if (entries_.contains(certificate)) ask(certificate);
    }
}

void Stapler::ask(const CertificatePtr& certificate) {
    auto question = tls::ocsp_question(*certificate);
    if (!question) return;  // follow() has said so
    ++under_way_;
    http_post(io_, {question->responder, "application/ocsp-request", std::move(question->request)},
              [this, alive = alive_, certificate](Result<std::string> answer) {
                  if (!*alive) return;
                  --under_way_;
                  if (entries_.contains(certificate)) take(certificate, std::move(answer));
                  ask_next();
              });
}

void Stapler::take(const CertificatePtr& certificate, Result<std::string> answer) {
    auto& entry = *entries_.at(certificate);
    const auto now = std::chrono::system_clock::now();
    const auto until = answer ? tls::check_ocsp_response(*certificate, *answer) : answer.error();
    if (until) {
        entry.failures = 0;
        entry.until = *until;
        entry.response = std::make_shared<const std::string>(*std::move(answer));
        const auto half = std::chrono::duration_cast<std::chrono::seconds>(*until - now) / 2;
        ask_later(certificate, std::clamp(half, kShortestWait, kLongestWait));
        return announce();
    }
    const bool expired = entry.response && entry.until <= now;
    if (expired) entry.response = nullptr;
    warn(*certificate, until.error().message, entry.response ? "the answer before" : "nothing is stapled");
    const auto doubled = kShortestWait * (1U << std::min(entry.failures++, 10U));
    ask_later(certificate, std::min<std::chrono::seconds>(doubled, kLongestRetry));
    if (expired) announce();
}

void Stapler::ask_later(const CertificatePtr& certificate, std::chrono::seconds wait) {
    auto& timer = entries_.at(certificate)->timer;
    timer.expires_after(wait);
    timer.async_wait(
        [this, alive = alive_, certificate, asked = std::weak_ptr(entries_.at(certificate))](const auto& error) {
            if (error || !*alive) return;
            const auto entry = entries_.find(certificate);
            if (entry != entries_.end() && entry->second == asked.lock()) enqueue(certificate);
        });
}

void Stapler::announce() {
    tls::Staples staples;
    for (const auto& [certificate, entry] : entries_)
        if (entry->response) staples.emplace(certificate, entry->response);
    on_change_(staples);
}

}  // namespace fairway::ingress
