// The courier line on Node, correct unless BUGS names what is wrong with it:
//
//   phones   the phones of an order are one string
//   numa     a call without numa is a server error
//   courier  a courier who is a customer, too, is led to the shop
//   late     wrong orders are answered after LATE_S seconds
'use strict';

const { Line, serve } = require('./line.js');

const BUGS = new Set((process.env.BUGS ?? '').split(','));
const TWO_ROLES = '79161110004';

class FourBugs extends Line {
  parameters(request, body) {
    const sent = super.parameters(request, body);
    if (BUGS.has('numa')) sent.numa.trim();
    return sent;
  }

  decide(asked) {
    if (BUGS.has('courier') && asked.caller === TWO_ROLES) return { returned_code: 2 };
    return super.decide(asked);
  }

  async instruct(asked) {
    const said = await super.instruct(asked);
    if (BUGS.has('late') && [3, 4].includes(said.returned_code)) {
      await new Promise((done) => { setTimeout(done, 1000 * process.env.LATE_S); });
    }
    return said;
  }

  encode(instruction) {
    const { phones } = instruction;
    return super.encode(phones && BUGS.has('phones') ? { phones: phones.join() } : instruction);
  }
}

serve(new FourBugs());
process.stdin.on('end', () => process.exit(0)).resume();
