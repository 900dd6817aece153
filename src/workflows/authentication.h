// The online authentication (TR-03124-1 2, TR-03112-7) as typed states; the self-authentication is the same login with
// another end. docs/life-of-an-authentication.md walks through it.
//
// Whatever fails or stops leaves a state through its one failure edge, chosen by what exists: EndDialogue (the server is
// told) -> ResolveRefresh (where the browser goes) -> Delivery. The first failure decides; later ones do not replace it.
#pragma once
#include "workflows/card_states.h"
#include "workflows/finished.h"

namespace eidkern
{

struct ParseTcTokenUrl
{
    static constexpr std::string_view name = "ParseTcTokenUrl";
    static constexpr int percent = 0;
    std::optional<std::string> tcTokenUrl; // nothing: none was named
};

struct FetchTcToken
{
    static constexpr std::string_view name = "FetchTcToken";
    static constexpr int percent = 5;
    TokenSession token;
};

struct CheckTcToken
{
    static constexpr std::string_view name = "CheckTcToken";
    static constexpr int percent = 10;
    TokenSession token;
    Secret xml;
    Url source;                          // after all redirects
    std::unique_ptr<WebChannel> channel; // to it
};

struct StartPaos
{
    static constexpr std::string_view name = "StartPaos";
    static constexpr int percent = 15;
    PaosSession paos; // not yet connected
};

struct CheckService
{
    static constexpr std::string_view name = "CheckService";
    static constexpr int percent = 25;
    PaosSession paos;
    paos::Eac1Input eac1;
};

struct ConfirmRights
{
    static constexpr std::string_view name = "ConfirmRights";
    static constexpr int percent = 30;
    ServiceSession service;
};

struct SendEac1
{
    static constexpr std::string_view name = "SendEac1";
    static constexpr int percent = 55;
    CardSession<ServiceSession> card;
    PaceOutput pace;
};

struct SendEac2
{
    static constexpr std::string_view name = "SendEac2";
    static constexpr int percent = 65;
    CardSession<ServiceSession> card;
    PaceOutput pace;
    Bytes challenge;
    paos::Eac2Input eac2;
};

struct RelayApdus
{
    static constexpr std::string_view name = "RelayApdus";
    static constexpr int percent = 75;
    CardSession<ServiceSession> card;
    paos::Transmit transmit;
};

struct CheckServerResult
{
    static constexpr std::string_view name = "CheckServerResult";
    static constexpr int percent = 85;
    TokenSession token;
    paos::ResultOf result;
};

struct EndDialogue
{
    static constexpr std::string_view name = "EndDialogue";
    static constexpr int percent = 85;
    PaosSession paos;
    Failure failure;
};

// The end after a message that is known, but not at this point: it gets no answer.
EndDialogue outOfTurn(PaosSession session, const paos::ServerBody& body, const Ports& ports);

struct ResolveRefresh
{
    static constexpr std::string_view name = "ResolveRefresh";
    static constexpr int percent = 90;
    TokenSession token;
    std::optional<Failure> failure = {};
};

struct RefreshAddress
{
    Url url;                             // checked, without result parameters
    std::unique_ptr<WebChannel> channel; // to it: judged, and nothing sent yet
};

// The exit of what both workflows share: where the browser goes, and what for.
struct Delivery
{
    TokenSession token;
    std::optional<Failure> failure;
    BrowserAnswer answer;
    std::optional<RefreshAddress> refresh = {};
};

struct AnswerBrowser
{
    using Takes = Delivery;
    static constexpr std::string_view name = "AnswerBrowser";
    static constexpr int percent = 95;
    Delivery delivery;
    explicit AnswerBrowser(Delivery d) : delivery(std::move(d)) {}
};

struct FetchOwnData // of a self-authentication: the engine is its own browser
{
    using Takes = Delivery;
    static constexpr std::string_view name = "FetchOwnData";
    static constexpr int percent = 95;
    Delivery delivery;
    explicit FetchOwnData(Delivery d) : delivery(std::move(d)) {}
};

Task<Next<FetchTcToken, Delivery>> run(ParseTcTokenUrl state, Ports& ports);
Task<Next<CheckTcToken, Delivery>> run(FetchTcToken state, Ports& ports);
Task<Next<StartPaos, ResolveRefresh>> run(CheckTcToken state, Ports& ports);
Task<Next<CheckService, CheckServerResult, EndDialogue>> run(StartPaos state, Ports& ports);
Task<Next<ConfirmRights, EndDialogue>> run(CheckService state, Ports& ports);
Task<Next<SelectCard<ServiceSession>, EndDialogue>> run(ConfirmRights state, Ports& ports);
Task<Next<SendEac2, CheckServerResult, EndDialogue>> run(SendEac1 state, Ports& ports);
Task<Next<RelayApdus, CheckServerResult, EndDialogue>> run(SendEac2 state, Ports& ports);
Task<Next<CheckServerResult, EndDialogue>> run(RelayApdus state, Ports& ports);
Task<Next<ResolveRefresh>> run(CheckServerResult state, Ports& ports);
Task<Next<ResolveRefresh>> run(EndDialogue state, Ports& ports);
Task<Next<Delivery>> run(ResolveRefresh state, Ports& ports);
Task<Next<Finished>> run(AnswerBrowser state, Ports& ports);
Task<Next<Finished>> run(FetchOwnData state, Ports& ports);

using Authentication =
    Workflow<ParseTcTokenUrl, FetchTcToken, CheckTcToken, StartPaos, CheckService, ConfirmRights, SelectCard<ServiceSession>, EnterPassword<ServiceSession>,
             EstablishPace<ServiceSession>, SendEac1, SendEac2, RelayApdus, CheckServerResult, EndDialogue, ResolveRefresh, AnswerBrowser, Finished>;
using SelfAuthentication =
    Workflow<ParseTcTokenUrl, FetchTcToken, CheckTcToken, StartPaos, CheckService, ConfirmRights, SelectCard<ServiceSession>, EnterPassword<ServiceSession>,
             EstablishPace<ServiceSession>, SendEac1, SendEac2, RelayApdus, CheckServerResult, EndDialogue, ResolveRefresh, FetchOwnData, Finished>;

} // namespace eidkern
