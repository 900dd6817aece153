// The readers of PC/SC, for one engine: what there is, and connections to cards as Channels. All on the engine's thread;
// nothing blocks. Channels may outlive this object.
#pragma once
#include <memory>
#include <string>

#include "card/channel.h"
#include "card/pcsc/inbox.h"
#include "card/pcsc/reader_monitor.h"
#include "card/pcsc/reader_properties.h"
#include "core/task.h"

namespace eidkern::card
{

struct Connection // to the card in a reader
{
    std::unique_ptr<Channel> channel;
    ReaderProperties reader;
};

class PcscReaders
{
public:
    explicit PcscReaders(Scheduler& scheduler);
    ~PcscReaders();
    PcscReaders(const PcscReaders&) = delete;

    const ReaderPicture* picture() const; // the latest; null: not known yet (some milliseconds)
    Pending<Done> changed() const;        // once: with the next picture

    // The card that the picture shows now. Removed: none there (any more), or it does not respond; CommandFailed: another
    // program has it for itself, or PC/SC fails.
    Task<CardResult<Connection>> connect(std::string reader);

    // What a reader can do, with or without a card in it, which is not touched. Faults as of connect(). It may take as long as
    // another program is in a transaction.
    Task<CardResult<ReaderProperties>> ask(std::string reader);

    struct State;

private:
    std::shared_ptr<State> state_;
    std::unique_ptr<ReaderMonitor> monitor_;
};

} // namespace eidkern::card
