import { Component } from "@odoo/owl";

const WIDTH = 100;
const HEIGHT = 24;

/** A small line of values without axes; its words stand on the card around it. */
export class Sparkline extends Component {
    static template = "finance_connector_base.Sparkline";
    static props = { values: Array };

    get points() {
        const { values } = this.props;
        const least = Math.min(...values);
        const span = Math.max(...values) - least || 1;
        const step = WIDTH / (values.length - 1);
        return values.map((value, place) => `${place * step},${HEIGHT - 2 - ((value - least) / span) * (HEIGHT - 4)}`).join(" ");
    }
}
