#include "network/web_socket.h"

#include <cstring>
#include <openssl/crypto.h>

namespace eidkern::network
{

std::shared_ptr<WebSocket> WebSocket::open(std::unique_ptr<Stream> stream, Owner& owner)
{
    const std::shared_ptr<WebSocket> socket(new WebSocket(std::move(stream), owner));
    socket->stream_->readable = [self = socket.get()] { self->read(); };
    socket->stream_->written = [self = socket.get()] { self->takenUp(); };
    socket->stream_->flush();
    return socket;
}

void WebSocket::send(std::string_view message)
{
    if (phase_ != Phase::Open) return;
    appendText(stream_->unwritten(), message);
    if (stream_->unwrittenBytes() > mostUnsent)
    {
        phase_ = Phase::Dropped; // whoever sends is not told from inside: the stream's end is read next
        stream_->abort();
    }
    else if (!handling_) stream_->flush();
}

void WebSocket::close(CloseCode code)
{
    if (phase_ != Phase::Open) return;
    appendClose(stream_->unwritten(), code);
    finish();
}

void WebSocket::look()
{
    const auto self = shared_from_this();
    for (int i = 0; i < 64 && phase_ == Phase::Open && held_ < input_.size() && read(); ++i) {}
}

void WebSocket::end()
{
    if (phase_ == Phase::Over) return;
    if (phase_ == Phase::Open) appendClose(stream_->unwritten(), CloseCode::GoingAway);
    if (phase_ != Phase::Dropped) stream_->flush();
    stream_->endWriting();
    std::size_t count;
    for (int i = 0; i < 16 && stream_->read(input_, count) == Stream::Read::Bytes; ++i) {} // closing with unread bytes would be a reset
    phase_ = Phase::Over;
    stream_.reset();
}

bool WebSocket::read()
{
    std::size_t count = 0;
    const auto result = stream_->read(std::span(input_).subspan(isOpen() ? held_ : 0), count);
    if (result == Stream::Read::Ended) stop();
    else if (result == Stream::Read::Bytes && phase_ == Phase::Open) handle(held_ + count);
    return result == Stream::Read::Bytes;
}

void WebSocket::handle(std::size_t count)
{
    const auto self = shared_from_this();
    std::span<char> rest(input_.data(), count);
    handling_ = true;
    FrameReader::Item item{FrameReader::What::Text};
    while (phase_ == Phase::Open && item.what != FrameReader::What::More && !isFull())
    {
        item = frames_.next(rest);
        take(item);
    }
    handling_ = false;
    held_ = rest.size();
    std::memmove(input_.data(), rest.data(), held_);
    OPENSSL_cleanse(input_.data() + held_, count - held_); // it may have been a PIN
    if (phase_ != Phase::Open) return;
    stream_->flush();
    stream_->pauseReading(item.what != FrameReader::What::More);
}

// A client that sends many commands before it reads is answered as far as it takes the answers.
bool WebSocket::isFull()
{
    if (stream_->unwrittenBytes() > enoughUnsent) stream_->flush();
    return stream_->unwrittenBytes() > enoughUnsent;
}

void WebSocket::take(const FrameReader::Item& item)
{
    switch (item.what)
    {
        case FrameReader::What::More: return;
        case FrameReader::What::Text: return text(item.payload);
        case FrameReader::What::Ping: return appendPong(stream_->unwritten(), item.payload);
        case FrameReader::What::Close: appendClose(stream_->unwritten(), item.payload); break;
        case FrameReader::What::Fault: appendClose(stream_->unwritten(), item.code); break;
    }
    finish();
    tellGone();
}

void WebSocket::takenUp()
{
    if (!stream_->flush()) return stop();
    if (phase_ == Phase::Closing) stream_->endWriting();
    else if (phase_ == Phase::Open) handle(held_);
}

void WebSocket::finish()
{
    phase_ = Phase::Closing;
    stream_->pauseReading(false);
    stream_->flush();
    if (stream_->unwrittenBytes() == 0) stream_->endWriting();
    owner_.leaving();
}

void WebSocket::stop()
{
    const auto self = shared_from_this();
    const bool open = phase_ == Phase::Open || phase_ == Phase::Dropped;
    phase_ = Phase::Over;
    stream_.reset();
    if (open) tellGone();
    owner_.over();
}

void WebSocket::tellGone()
{
    if (gone) std::exchange(gone, {})();
}

} // namespace eidkern::network
