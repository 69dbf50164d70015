// Endpoints on Node, wrong in the ways of its language. What is wrong is told in `wrong_node.py`.
'use strict';

const { Line, ORDERS } = require('./line.js');

class StringifiedTwice extends Line {
  encode(instruction) {
    return JSON.stringify(JSON.stringify(instruction));
  }
}

class ParsesTheOrderAsNumber extends Line {
  understand(parameters) {
    const asked = super.understand(parameters);
    return { ...asked, digits: asked.digits === null ? null : String(parseInt(asked.digits, 10)) };
  }
}

class NumbersForPhones extends Line {
  encode(instruction) {
    const phones = instruction.phones && instruction.phones.map(Number);
    return JSON.stringify({ ...instruction, phones });
  }
}

class UndefinedPhone extends Line {
  decide(asked) {
    const said = super.decide(asked);
    return said.returned_code === 3 ? { phones: [this.find(asked)] } : said;
  }
}

class SharedVariable extends Line {
  async instruct(asked) {
    this.current = asked;
    // The "database" takes a moment, in which another call may put itself here.
    await new Promise((done) => { setTimeout(done, 50); });
    return super.instruct(this.current);
  }
}

class DiesOfABrokenBody extends Line {
  parse(body) {
    // Thrown outside of the promise, as in a callback: nobody catches it.
    setImmediate(() => JSON.parse(body));
    return super.parse(body);
  }
}

class DiesOfBrokenPercents extends Line {
  parameters(request, body) {
    setImmediate(() => decodeURIComponent(request.url));
    return super.parameters(request, body);
  }
}

class DiesWhenTheCallerHangsUp extends Line {
  async handle(request, response) {
    request.on('error', (error) => setImmediate(() => { throw error; }));
    return super.handle(request, response);
  }
}

class ThrowsForUnknownOrders extends Line {
  find(asked) {
    // Of an order that is not there nothing can be taken apart.
    const [courier, customer] = ORDERS.get(asked.digits);
    return courier === asked.caller ? customer : undefined;
  }
}

class ObjectsPrinted extends Line {
  encode(instruction) {
    const phones = instruction.phones && String(instruction.phones.map((number) => ({ number })));
    return JSON.stringify({ ...instruction, phones });
  }
}

module.exports = {
  'stringified-twice': StringifiedTwice,
  'parses-the-order-as-number': ParsesTheOrderAsNumber,
  'numbers-for-phones': NumbersForPhones,
  'undefined-phone': UndefinedPhone,
  'shared-variable': SharedVariable,
  'dies-of-a-broken-body': DiesOfABrokenBody,
  'dies-of-broken-percents': DiesOfBrokenPercents,
  'dies-when-the-caller-hangs-up': DiesWhenTheCallerHangsUp,
  'throws-for-unknown-orders': ThrowsForUnknownOrders,
  'objects-printed': ObjectsPrinted,
};
