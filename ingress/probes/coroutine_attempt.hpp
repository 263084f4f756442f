// An attempt whose steps are a coroutine: reads top to bottom, and is cancelled wherever it waits.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "ingress/probes/attempt.hpp"

namespace fairway::ingress {

/// What coroutine and attempt share; the coroutine keeps it until it has ended.
struct AttemptProgress {
    std::string doing;
    TellOutcome tell;
    boost::asio::cancellation_signal cancel;
    bool abandoned = false;
    bool ended = false;
};

class CoroutineAttempt : public Attempt {
public:
    /// A step that throws ends the attempt as a failure, with what it did and the error as message.
    /// @param steps  called with the shared progress; gives the coroutine (boost::asio::awaitable<ProbeOutcome>).
    template <class Steps>
    static std::unique_ptr<Attempt> start(boost::asio::io_context& io, TellOutcome tell, Steps steps) {
        auto progress = std::make_shared<AttemptProgress>();
        progress->tell = std::move(tell);
        const auto ended = [progress](const std::exception_ptr& error, ProbeOutcome outcome) {
            progress->ended = true;
            if (progress->abandoned) return;
            progress->tell(error ? probe_failure(progress->doing + ": " + message_of(error)) : std::move(outcome));
        };
        boost::asio::co_spawn(io, after_a_turn(steps(progress)),
                              boost::asio::bind_cancellation_slot(progress->cancel.slot(), ended));
        return std::unique_ptr<Attempt>(new CoroutineAttempt(io, std::move(progress)));
    }

    ~CoroutineAttempt() override {
        progress_->abandoned = true;
        // co_spawn's own handler of the signal points into the coroutine: it must run at once, as it does in the
        // io_context, and only while the coroutine has not ended.
        boost::asio::post(*io_, [progress = std::move(progress_)] {
            if (!progress->ended) progress->cancel.emit(boost::asio::cancellation_type::terminal);
        });
    }
    std::string doing() const override { return progress_->doing; }

private:
    CoroutineAttempt(boost::asio::io_context& io, std::shared_ptr<AttemptProgress> progress)
        : io_(&io), progress_(std::move(progress)) {}

    /// co_spawn begins at once when it is called in the io_context; the outcome must not be told before start() returns.
    static boost::asio::awaitable<ProbeOutcome> after_a_turn(boost::asio::awaitable<ProbeOutcome> steps) {
        co_await boost::asio::post(boost::asio::use_awaitable);
        co_return co_await std::move(steps);
    }

    static std::string message_of(const std::exception_ptr& error) {
        try {
            std::rethrow_exception(error);
        } catch (const boost::system::system_error& failed) {
            return failed.code().message();
        } catch (const std::exception& exception) {
            return exception.what();
        }
    }

    boost::asio::io_context* io_;
    std::shared_ptr<AttemptProgress> progress_;
};

}  // namespace fairway::ingress
