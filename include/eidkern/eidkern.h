// The C API: the JSON API of the AusweisApp's SDK (docs/json-api.md) without a socket. docs/embedding.md explains it.
//
//     static void on_message(void *context, const char *message) { ... }
//
//     eidkern_engine *engine = eidkern_new("{\"testTrustAnchors\":[\"/tmp/eidlab/cvca.cvcert\"]}", on_message, NULL, NULL, 0);
//     eidkern_send(engine, "{\"cmd\":\"GET_INFO\"}");
//     ...
//     eidkern_free(engine);
//
// Each engine has its own thread, and engines share nothing; a program may have several. The program needs no event loop, and
// nothing of Qt. All functions may be called from any thread, as long as eidkern_free() is the last one for its engine.
#pragma once
#include <stddef.h>

#include "eidkern/export.h"

#ifdef __cplusplus
#define EIDKERN_C_API extern "C" EIDKERN_API
#else
#define EIDKERN_C_API EIDKERN_API
#endif

typedef struct eidkern_engine eidkern_engine;

// One message of the engine: a JSON object in UTF-8. The text is gone when the callback returns. Called on the engine's thread,
// one message after the other. It may call eidkern_send() and eidkern_free(), and must not throw or longjmp.
typedef void (*eidkern_callback)(void* context, const char* message);

typedef enum {
    EIDKERN_TAKEN = 0,
    EIDKERN_NULL = 1,     // the engine or the text is missing
    EIDKERN_TOO_LONG = 2, // more than EIDKERN_LONGEST bytes
    EIDKERN_FULL = 3      // EIDKERN_MOST commands wait already, because the callback does not return
} eidkern_sent;

enum { EIDKERN_LONGEST = 1024 * 1024, EIDKERN_MOST = 1024 };

EIDKERN_C_API const char* eidkern_version(void);

// A new engine, with the default API level. READER messages follow without being asked for, perhaps before this returns.
//
// `settings` is a JSON object, or NULL for none. An unknown key, or a value of another type, is refused:
//     trustAnchors      files of CVCA certificates: roots of service certificates; without any no service is accepted
//     testTrustAnchors  the same, of a test PKI; the simulated card trusts the first two of them
//     trustStore        folder of `eidkern trust`: its roots count as well, and link certificates that services show are kept in it. It is
//                       made when there is something to keep; one that others may write into is refused (default: none)
//     simulator         true: a reader "Simulator", for SET_CARD (default: true)
//     basicReader       true: it has no keypad (default: false)
//     persona           built-in name: whose card is simulated (default: "adult")
//     pcscReaders       true: readers of PC/SC too (default: true)
//     multi             true: several workflows at once, with session ids (default: false)
//     tlsProfile        what is offered in TLS (default: "default")
//     proxy             {"host": ..., "port": ..., "user": ..., "password": ...}, the last two may be missing (default: none)
//     logFile           appended to: JSON lines without secrets and personal data (default: none)
//     graceSeconds      after CANCEL and eidkern_free(): for telling the service, 0 to 60 (default: 20)
//
// NULL: refused, and `why` (if it is not NULL) gets the reason: at most `why_size` bytes, the 0 at the end included.
EIDKERN_C_API eidkern_engine* eidkern_new(const char* settings, eidkern_callback callback, void* context, char* why, size_t why_size);

// One command, a JSON object in UTF-8. It is copied, and carried out on the engine's thread, in the order of sending: the answer
// comes through the callback, never from inside this function.
EIDKERN_C_API eidkern_sent eidkern_send(eidkern_engine* engine, const char* command);

// The end; NULL is nothing. A workflow that runs is cancelled, and its service is still told.
// From any thread but the engine's: waits for that, for graceSeconds at most, and for a callback that runs. The callback is not
// called any more when this returns; so no lock that it needs may be held here.
// From inside the callback: returns at once, and this was the last callback. What is left is done in the background.
EIDKERN_C_API void eidkern_free(eidkern_engine* engine);
