// How a login looks: for people on a terminal, or as JSON lines for programs.
#pragma once
#include <memory>
#include <string_view>

#include "cli/texts.h"
#include "eidkern/events.h"

namespace eidkern::cli
{

class View
{
public:
    virtual ~View() = default;
    virtual void show(const StateEntered& event) = 0;
    virtual void show(const RightsAsked& event) = 0;
    virtual void show(const PasswordAsked& event) = 0;
    virtual void show(const PasswordWantedAtReader& event) = 0;
    virtual void show(const NewPinAsked& event) = 0;
    virtual void show(const NewPinWantedAtReader& event) = 0;
    virtual void show(const ReaderStillWaits& event) = 0;
    virtual void show(const CardWanted& event) = 0;
    virtual void show(const CardFound& event) = 0;
    virtual void show(const LinkCertificateLearned& event) = 0;
    virtual void show(const WorkflowFinished& event) = 0;
    virtual void listening(std::uint16_t port, bool ipv6) = 0; // for browsers
    virtual void say(std::string_view line) = 0; // a remark that is no event
};

std::unique_ptr<View> terminalView(Language language, bool colours);
std::unique_ptr<View> jsonView(Language language);

} // namespace eidkern::cli
