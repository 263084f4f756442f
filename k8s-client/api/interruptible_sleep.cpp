#include "k8s-client/api/interruptible_sleep.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace fairway::k8s {

namespace asio = boost::asio;

asio::awaitable<void> InterruptibleSleep::sleep(std::chrono::milliseconds length) {
    asio::steady_timer timer(co_await asio::this_coro::executor, length);
    struct Asleep {
        Asleep(asio::steady_timer*& given, asio::steady_timer& now) : where(given) { where = &now; }
        ~Asleep() { where = nullptr; }
        asio::steady_timer*& where;
    } asleep(timer_, timer);
    boost::system::error_code woken;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
}

void InterruptibleSleep::interrupt() {
    if (timer_ != nullptr) timer_->cancel();
}

}  // namespace fairway::k8s
