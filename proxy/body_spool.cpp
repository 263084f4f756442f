#include "proxy/body_spool.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/log.hpp"

namespace fairway::proxy {

namespace {

thread_local std::uint64_t held_memory = 0;  // by the spools of this worker
std::atomic<std::uint64_t> held_in_files = 0;

std::uint64_t size_of(std::span<const iovec> pieces) noexcept {
    std::uint64_t bytes = 0;
    for (const iovec& piece : pieces) bytes += piece.iov_len;
    return bytes;
}

/// A file without a name: gone when it is closed, however that comes about.
io::Descriptor open_nameless() {
    const char* const wanted = std::getenv("TMPDIR");
    const std::string folder = wanted != nullptr && *wanted != '\0' ? wanted : "/tmp";
    io::Descriptor file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (file || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return file;
    std::string name = folder + "/fairway-body-XXXXXX";
    file = io::Descriptor(::mkostemp(name.data(), O_CLOEXEC));
    if (file) ::unlink(name.c_str());
    return file;
}

/// Once for a run of failures: a full disk would otherwise fill the log as well.
void report_failure(int error) {
    static std::atomic<bool> reported = false;
    if (!reported.exchange(true))
        log::warn("body.not_buffered", {{"reason", std::strerror(error)},
                                        {"effect", "bodies that do not fit into memory are passed on as they come"}});
}

}  // namespace

BodySpool::~BodySpool() { clear(); }

void BodySpool::clear() {
    for (const io::Buffer& block : blocks_) held_memory -= block.size();
    blocks_.clear();
    memory_bytes_ = 0;
    last_block_used_ = 0;
    held_in_files -= file_bytes_;
    file_bytes_ = 0;
    file_ = io::Descriptor{};
}

bool BodySpool::fits_memory(std::uint64_t bytes) const noexcept {
    const std::uint64_t after = memory_bytes_ + bytes;
    return after <= limits_.memory || (after <= kFreeMemoryOfOne && held_memory + bytes <= kFreeMemory);
}

bool BodySpool::append(std::span<const iovec> pieces) {
    const std::uint64_t bytes = size_of(pieces);
    if (file_bytes_ > 0 || !fits_memory(bytes)) return append_to_file(pieces, bytes);
    for (const iovec& piece : pieces) append_to_memory({static_cast<const char*>(piece.iov_base), piece.iov_len});
    return true;
}

void BodySpool::append_to_memory(std::string_view bytes) {
    memory_bytes_ += bytes.size();
    while (!bytes.empty()) {
        if (blocks_.empty() || last_block_used_ == blocks_.back().size()) {
            blocks_.push_back(blocks_.empty() ? buffers_.small() : buffers_.for_body());
            held_memory += blocks_.back().size();
            last_block_used_ = 0;
        }
        io::Buffer& block = blocks_.back();
        const std::size_t taken = std::min(bytes.size(), block.size() - last_block_used_);
        std::memcpy(block.data() + last_block_used_, bytes.data(), taken);
        last_block_used_ += taken;
        bytes.remove_prefix(taken);
    }
}

bool BodySpool::append_to_file(std::span<const iovec> pieces, std::uint64_t bytes) {
    if (file_bytes_ + bytes > limits_.file) return false;
    if (held_in_files + bytes > kMaxFileBytes) return false;
    if (!file_) file_ = open_nameless();
    if (!file_) {
        report_failure(errno);
        return false;
    }
    std::uint64_t at = file_bytes_;  // what a write that fails half-way leaves behind is written over, or never read
    for (const iovec& piece : pieces) {
        std::string_view left{static_cast<const char*>(piece.iov_base), piece.iov_len};
        while (!left.empty()) {
            const ssize_t written = ::pwrite(file_.get(), left.data(), left.size(), static_cast<off_t>(at));
            if (written < 0 && errno == EINTR) continue;
            if (written <= 0) {
                report_failure(errno);
                return false;
            }
            at += static_cast<std::uint64_t>(written);
            left.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    file_bytes_ = at;
    held_in_files += bytes;
    return true;
}

std::span<iovec> BodySpool::read(std::uint64_t position, Reader& reader) {
    std::size_t count = 0;
    std::uint64_t begin = 0;  // of the block
    for (std::size_t i = 0; i < blocks_.size() && count < reader.pieces.size(); ++i) {
        const std::size_t used = i + 1 == blocks_.size() ? last_block_used_ : blocks_[i].size();
        if (position < begin + used) {
            const auto offset = static_cast<std::size_t>(position - begin);
            reader.pieces[count++] = {blocks_[i].data() + offset, used - offset};
            position = begin + used;
        }
        begin += used;
    }
    if (count > 0 || position >= size()) return {reader.pieces.data(), count};
    if (!reader.from_file) reader.from_file = buffers_.for_body();
    const std::uint64_t wanted = std::min<std::uint64_t>(reader.from_file.size(), size() - position);
    ssize_t got = 0;
    do {
        got = ::pread(file_.get(), reader.from_file.data(), static_cast<std::size_t>(wanted),
                      static_cast<off_t>(position - memory_bytes_));
    } while (got < 0 && errno == EINTR);
    if (got <= 0) return {};
    reader.pieces[0] = {reader.from_file.data(), static_cast<std::size_t>(got)};
    return {reader.pieces.data(), 1};
}

}  // namespace fairway::proxy
