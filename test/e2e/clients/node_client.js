// A whole login with the `ws` of Node: node_client.js WEBSOCKET-URL TCTOKEN-URL. Prints what is said, one text per line: > to the service, < from it.
const WebSocket = require('ws');

const [url, tcTokenURL] = process.argv.slice(2);
const client = new WebSocket(url);
const send = command => {
  const text = JSON.stringify(command);
  console.log('>' + text);
  client.send(text);
};
const answers = {
  ACCESS_RIGHTS: message => {
    if (message.chat.optional.length && message.chat.effective.length !== message.chat.required.length) send({cmd: 'SET_ACCESS_RIGHTS', chat: []});
    else send({cmd: 'ACCEPT'});
  },
  INSERT_CARD: () => send({cmd: 'SET_CARD', name: 'Simulator', simulator: {}}),
  ENTER_PIN: message => send(message.reader.keypad ? {cmd: 'SET_PIN'} : {cmd: 'SET_PIN', value: '123456'}),
  AUTH: message => message.result && client.close(1000, 'done'),
};

client.on('open', () => {
  send({cmd: 'GET_INFO', request: {any: ['thing', 1]}});
  send({cmd: 'RUN_AUTH', tcTokenURL, developerMode: false, handleInterrupt: true});
});
client.on('message', (data, binary) => {
  if (binary) throw new Error('a binary message');
  console.log('<' + data);
  const message = JSON.parse(data);
  (answers[message.msg] || (() => {}))(message);
});
client.on('error', problem => {
  console.error(String(problem));
  process.exit(1);
});
client.on('close', code => process.exit(code === 1000 ? 0 : 1));
